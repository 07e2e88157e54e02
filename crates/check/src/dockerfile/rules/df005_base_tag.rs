use lazaret_model::{FixKind, Severity};

use crate::dockerfile::{Base, Dockerfile, Rule};
use crate::{Check, Finding, Findings};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-005",
    title: "Base image without a tag",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DL3006", "DS-0001", "CKV_DOCKER_7"],
    about: "Without a tag or digest, `FROM` takes whatever is called latest on the day of the \
            build, so the same file makes different images and nobody has decided for the \
            version that ships. Name the version, and better its digest.",
    good: "FROM debian:12.7\n",
    bad: "FROM debian\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for stage in &file.stages {
        let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) else {
            continue;
        };
        if image.contains('@') || has_tag(image) {
            continue;
        }
        let from = &file.instructions[stage.from];
        let message = format!("the base image {image} has no tag");
        findings.add(
            Finding::new(&CHECK, file.source, word.span.clone(), message)
                .within(from.span.clone())
                .remedy("name a version, or better a digest"),
        );
    }
}

/// Whether the last part of a reference has a tag; a port of the registry is none.
fn has_tag(image: &str) -> bool {
    image
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains(':'))
}
