//! cd where WORKDIR would do.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-038",
    title: "cd where WORKDIR would do",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DL3003", "DS-0013"],
    about: "`cd` lasts until the end of its RUN, which readers of the next line forget. \
            WORKDIR lasts, and makes the directory where it is missing. In a subshell, \
            `cd` changes nothing outside and may be what is meant.",
    good: "FROM debian:12\nWORKDIR /srv/app\nRUN make\n",
    bad: "FROM debian:12\nRUN cd /srv/app && make\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file) {
        let commands = &run.script.commands;
        let Some(cd) = commands.iter().find(|c| c.name() == "cd") else {
            continue;
        };
        let alone = commands.len() == 1;
        let message = match alone {
            true => "this cd does nothing: it ends with its RUN",
            false => "cd inside of a RUN",
        };
        let aliases: &[&'static str] = match commands.first().is_some_and(|c| c.name() == "cd") {
            true => &["DL3003", "DS-0013"],
            false => &["DL3003"],
        };
        findings.add(
            file.finding(&CHECK, run, cd.span.clone(), message)
                .remedy("write WORKDIR before the RUN")
                .severity(if alone {
                    Severity::Medium
                } else {
                    Severity::Low
                })
                .aliases(aliases),
        );
    }
}
