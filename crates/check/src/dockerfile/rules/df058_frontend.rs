//! Frontend of the build not pinned.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-058",
    title: "Frontend of the build not pinned",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &[],
    about: "`# syntax=` names an image that runs the build: it sees the context and every \
            secret. A tag can be moved, and a frontend of anybody is a builder of anybody. \
            Leave the line out where the builder's own frontend will do, or name a digest \
            of Docker's.",
    good: "# syntax=docker/dockerfile:1.7@sha256:a57df69d0ea827fb7266491f2813635de6f17269be881f696fbfdf2d83dda33e\nFROM debian:12\n",
    bad: "# syntax=example/frontend:latest\nFROM debian:12\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let Some((image, span)) = &file.syntax else {
        return;
    };
    if image.contains('@') {
        return;
    }
    let official = image
        .strip_prefix("docker.io/")
        .unwrap_or(image)
        .starts_with("docker/dockerfile");
    let message = format!("{image} runs the build, and can be moved to another image");
    findings.add(
        Finding::new(&CHECK, file.source, span.clone(), message)
            .severity(if official {
                Severity::Low
            } else {
                Severity::Medium
            })
            .remedy("name its digest, or leave the line out"),
    );
}
