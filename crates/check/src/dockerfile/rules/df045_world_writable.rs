//! Everybody may write.

use super::df044_setuid::modes_given;
use super::modes::mode;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-045",
    title: "Everybody may write",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &[],
    about: "What everybody may write, a program that was taken over may replace: its own \
            binary, its configuration, a script that root runs. Give the files to the user \
            who needs to write them (`COPY --chown`), and others nothing.",
    good: "FROM debian:12\nCOPY --chown=10001 data /data\n",
    bad: "FROM debian:12\nRUN chmod -R 777 /data\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, word) in modes_given(file) {
        if mode(&word.value).is_some_and(|m| m.world_writable) {
            findings.add(
                file.finding(
                    &CHECK,
                    run,
                    word.span.clone(),
                    format!("{} lets everybody write", word.value),
                )
                .remedy("give the files to the user who writes them, and others nothing"),
            );
        }
    }
    for copy in file
        .instructions
        .iter()
        .filter(|i| matches!(i.keyword, Keyword::Copy | Keyword::Add))
    {
        if let Some(flag) = copy
            .flag("chmod")
            .filter(|f| mode(&f.value).is_some_and(|m| m.world_writable))
        {
            findings.add(
                file.finding(
                    &CHECK,
                    copy,
                    flag.span.clone(),
                    format!("{} lets everybody write", flag.value),
                )
                .remedy("give the files to the user who writes them: --chown"),
            );
        }
    }
}
