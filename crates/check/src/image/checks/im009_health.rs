//! Image without a health check.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-009",
    title: "Image without a health check",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["CIS-DI-0006", "DS-0026"],
    about: "Without one, Docker, Swarm and Compose take a program that hangs for one that \
            works. Kubernetes has probes of its own and does not look at it; write \
            `HEALTHCHECK NONE` where that is decided.",
    good: r#"{"config":{"User":"1","Healthcheck":{"Test":["CMD","/app","healthy"]}},"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    match facts.healthcheck {
        Some(_) => Vec::new(),
        None => vec![Told::new(
            "the image has no health check",
            "add HEALTHCHECK to the Dockerfile",
        )],
    }
}
