//! Two programs to download with.

use std::collections::BTreeMap;

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-047",
    title: "Two programs to download with",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["DL4001", "DS-0014"],
    about: "curl and wget do the same. One of them is enough, and half of what has to be \
            patched.",
    good: "FROM debian:12\nRUN curl -fsSLO https://example.org/a\nRUN curl -fsSLO https://example.org/b\n",
    bad: "FROM debian:12\nRUN curl -fsSLO https://example.org/a\nRUN wget -q https://example.org/b\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    // The first curl and the first wget of each stage.
    let mut firsts: BTreeMap<usize, [Option<(&Instruction, &Command)>; 2]> = BTreeMap::new();
    for (run, command) in commands(file) {
        let slot = match command.name() {
            "curl" => 0,
            "wget" => 1,
            _ => continue,
        };
        let stage = firsts.entry(run.stage.unwrap_or(0)).or_default();
        stage[slot].get_or_insert((run, command));
    }
    for [curl, wget] in firsts.into_values() {
        let (Some(curl), Some(wget)) = (curl, wget) else {
            continue;
        };
        let (later, other) = match curl.1.span.start > wget.1.span.start {
            true => (curl, wget.1),
            false => (wget, curl.1),
        };
        let line = file.source.line_of(other.span.start);
        let message = format!(
            "{} here, and {} on line {line}",
            later.1.name(),
            other.name()
        );
        findings.add(
            file.finding(&CHECK, later.0, later.1.span.clone(), message)
                .remedy("use one of them"),
        );
    }
}
