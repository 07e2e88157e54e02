//! Leftover of the work in the image.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-018",
    title: "Leftover of the work in the image",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DKL-LI-0003"],
    about: "The history of the repository, settings of a developer's machine, what somebody \
            typed, and memory of programs hold what was never meant for whoever has the \
            image. Keep them out with a `.dockerignore`, or remove them in the same step.",
    good: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"app/HEAD"}]}"#,
    bad: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"app/.git/HEAD"}]}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let left = facts.places.iter().filter_map(|place| {
        let what = place.leftover()?;
        let told = Told::new(
            format!("/{} is {what}", place.path),
            "keep it out with a .dockerignore, or remove it in the step that makes it",
        );
        Some(told.of(format!("/{}", place.path)))
    });
    left.collect()
}
