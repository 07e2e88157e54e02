//! Relative working directory.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-036",
    title: "Relative working directory",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DL3000", "DS-0009", "CKV_DOCKER_10"],
    about: "A relative WORKDIR depends on the one before it, which may be the base image's \
            and change with it. Write the whole path.",
    good: "FROM debian:12\nWORKDIR /srv/app\n",
    bad: "FROM debian:12\nWORKDIR app\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for workdir in file.of(Keyword::Workdir) {
        let Some(word) = workdir.words.first() else {
            continue;
        };
        if is_absolute(&word.value) {
            continue;
        }
        let message = format!("{} depends on where the stage is before it", word.value);
        findings.add(
            file.finding(&CHECK, workdir, word.span.clone(), message)
                .remedy("write the path from / on"),
        );
    }
}
