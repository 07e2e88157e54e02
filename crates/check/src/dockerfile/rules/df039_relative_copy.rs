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
    for (index, copy) in file.instructions.iter().enumerate() {
        if copy.keyword != Keyword::Copy {
            continue;
        }
        let Some((_, target)) = copy.paths() else {
            continue;
        };
        if is_absolute(&target.value) || has_workdir(file, index, copy) {
            continue;
        }
        let message = format!("{} is below whatever the base image says", target.value);
        findings.add(
            file.finding(&CHECK, copy, target.span.clone(), message)
                .remedy("set WORKDIR before it, or write the path from / on"),
        );
    }
}

fn has_workdir(file: &Dockerfile<'_>, index: usize, copy: &Instruction) -> bool {
    let Some(stage) = copy.stage.and_then(|s| file.stages.get(s)) else {
        return false;
    };
    file.chain(stage).any(|stage| {
        let own = file
            .instructions
            .get(stage.instructions.clone())
            .unwrap_or_default();
        let before = own
            .iter()
            .zip(stage.instructions.clone())
            .filter(|(_, at)| *at < index);
        before
            .into_iter()
            .any(|(i, _)| i.keyword == Keyword::Workdir)
    })
}
