//! Image with a package index of its own layer.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::dockerfile::is_lone_update;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-013",
    title: "Image with a package index of its own layer",
    severity: Severity::Low,
    fix: FixKind::Manual,
    peers: &["CIS-DI-0007"],
    about: "A build step that only updates the index is kept in the builder's cache, so a \
            later step installs from an index of months ago. Update and install in one RUN.",
    good: r#"{"config":{"User":"1"},"history":[{"created_by":"RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit"}],"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1"},"history":[{"created_by":"RUN /bin/sh -c apt-get update # buildkit"}],"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let mut told = Vec::new();
    for (number, step) in facts.history.iter().enumerate() {
        let (keyword, rest) = step.instruction();
        if keyword == "RUN" && is_lone_update(rest) {
            let message = "a step updates the package index and does nothing with it";
            told.push(
                Told::new(message, "update and install in one RUN")
                    .of(format!("build step {}", number + 1)),
            );
        }
    }
    told
}
