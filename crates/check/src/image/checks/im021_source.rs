//! Image does not say where it is from.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-021",
    title: "Image does not say where it is from",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["DL3049"],
    about: "`org.opencontainers.image.source` leads from a finding in a running container to \
            the repository, and to the people who can mend it. An image with other labels \
            meant to say what it is.",
    good: r#"{"config":{"User":"1","Labels":{"org.opencontainers.image.source":"https://git.example.org/app"}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1","Labels":{"version":"1"}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let known = [
        "org.opencontainers.image.source",
        "org.label-schema.vcs-url",
    ];
    let has = |key: &&str| {
        facts
            .labels
            .get(*key)
            .is_some_and(|value| !value.is_empty())
    };
    if facts.labels.is_empty() || known.iter().any(has) {
        return Vec::new();
    }
    vec![Told::new(
        "no label says where the source is",
        "add LABEL org.opencontainers.image.source=…",
    )]
}
