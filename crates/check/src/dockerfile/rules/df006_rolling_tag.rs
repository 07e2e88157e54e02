//! Base image with a rolling tag.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-006",
    title: "Base image with a rolling tag",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DL3007", "DS-0001", "CKV_DOCKER_7", "DKL-DI-0006"],
    about: "Tags such as latest, stable or edge name whatever was published last. The build \
            changes without the file changing, a rebuild may bring in a new major version, \
            and what an old image was built upon cannot be told any more. Name the version, \
            and better its digest.",
    good: "FROM debian:12.7\n",
    bad: "FROM debian:latest\n",
};

/// Tags that are moved by habit.
const ROLLING: [&str; 14] = [
    "latest", "stable", "edge", "main", "master", "nightly", "dev", "devel", "develop", "rolling",
    "current", "testing", "unstable", "mainline",
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for stage in &file.stages {
        let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) else {
            continue;
        };
        let last = image.rsplit('/').next().unwrap_or(image);
        let Some((_, tag)) = last.split_once(':').filter(|_| !image.contains('@')) else {
            continue;
        };
        if !ROLLING
            .iter()
            .any(|rolling| tag.eq_ignore_ascii_case(rolling))
        {
            continue;
        }
        let from = &file.instructions[stage.from];
        let message = format!("the tag {tag} of the base image is moved with every release");
        let finding = Finding::new(&CHECK, file.source, word.span.clone(), message)
            .within(from.span.clone())
            .remedy("name a version, or better a digest");
        findings.add(match tag {
            "latest" => finding,
            // The peers know `latest` alone.
            _ => finding.aliases(&[]),
        });
    }
}
