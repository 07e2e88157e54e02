//! Recommended packages come along.

use super::packages::APT;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-025",
    title: "Recommended packages come along",
    severity: Severity::Low,
    fix: FixKind::Auto,
    peers: &["DL3015", "DS-0029"],
    about: "apt installs what a package recommends unless told otherwise: software that \
            nobody asked for, with its vulnerabilities. `--no-install-recommends` leaves it \
            out.",
    good: "FROM debian:12\nRUN apt-get install -y --no-install-recommends curl=7.88.1-10\n",
    bad: "FROM debian:12\nRUN apt-get install -y curl=7.88.1-10\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let name = command.name();
        if !APT.installs(command) || is_off(command) {
            continue;
        }
        let install = command.args().iter().find(|w| w.value == "install");
        let place = install.map_or(command.span.end, |w| w.span.end);
        let finding = file
            .finding(
                &CHECK,
                run,
                command.span.clone(),
                format!("{name} installs what is only recommended, too"),
            )
            .remedy("write install --no-install-recommends")
            .edit(place..place, " --no-install-recommends");
        findings.add(finding);
    }
}

fn is_off(command: &Command) -> bool {
    command.has_any_flag(&["no-install-recommends", "without-recommends", "R"])
        || command.args().iter().any(|w| {
            let lower = w.value.to_ascii_lowercase();
            let value = lower
                .split_once("apt::install-recommends=")
                .map(|(_, value)| value);
            value.is_some_and(|v| ["0", "false", "no", "off"].contains(&v.trim_matches('"')))
        })
}
