//! COPY to a relative path without a working directory.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-039",
    title: "COPY to a relative path without a working directory",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DL3045"],
    about: "Where a file ends up then depends on the WORKDIR of the base image, which may \
            change with it. Set WORKDIR in this file, or write the whole path.",
    good: "FROM debian:12\nWORKDIR /srv/app\nCOPY app .\n",
    bad: "FROM debian:12\nCOPY app bin/\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let first = first_workdirs(file);
    for (index, copy) in file.instructions.iter().enumerate() {
        if copy.keyword != Keyword::Copy {
            continue;
        }
        let Some((_, target)) = copy.paths() else {
            continue;
        };
        let stage = copy.stage.and_then(|stage| first.get(stage));
        let is_set = stage.is_some_and(|workdir| workdir.is_some_and(|at| at < index));
        if is_absolute(&target.value) || is_set {
            continue;
        }
        let message = format!("{} is below whatever the base image says", target.value);
        findings.add(
            file.finding(&CHECK, copy, target.span.clone(), message)
                .remedy("set WORKDIR before it, or write the path from / on"),
        );
    }
}

/// For each stage, the index of the first `WORKDIR` that holds in it: its own, or one of a
/// stage below it.
fn first_workdirs(file: &Dockerfile<'_>) -> Vec<Option<usize>> {
    let mut first: Vec<Option<usize>> = Vec::with_capacity(file.stages.len());
    for stage in &file.stages {
        let inherited = match stage.base {
            Base::Stage(parent) => first.get(parent).copied().flatten(),
            _ => None,
        };
        let own = file
            .of_stage(stage)
            .iter()
            .position(|i| i.keyword == Keyword::Workdir);
        first.push(inherited.or(own.map(|at| stage.instructions.start + at)));
    }
    first
}
