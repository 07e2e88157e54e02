//! Package command that asks.

use super::packages::{APT, DNF, Manager, YUM, ZYPPER};
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-026",
    title: "Package command that asks",
    severity: Severity::Negligible,
    fix: FixKind::Auto,
    peers: &["DL3014", "DL3030", "DL3034", "DL3038", "DS-0021"],
    about: "A build has nobody who answers, so a package manager that asks fails, or does not \
            do what was meant. Say yes on the command line: `-y`, or `--non-interactive`.",
    good: "FROM debian:12\nRUN apt-get install -y curl=7.88.1-10\n",
    bad: "FROM debian:12\nRUN apt-get install curl=7.88.1-10\n",
};

/// Managers with the subcommands that ask, and the peers' ids.
type Asking = (
    &'static Manager,
    &'static [&'static str],
    &'static [&'static str],
);

static ASKING: [Asking; 4] = [
    (&APT, &["install"], &["DL3014", "DS-0021"]),
    (
        &YUM,
        &["install", "groupinstall", "localinstall"],
        &["DL3030"],
    ),
    (
        &ZYPPER,
        &[
            "install",
            "in",
            "remove",
            "rm",
            "source-install",
            "si",
            "patch",
        ],
        &["DL3034"],
    ),
    (
        &DNF,
        &["install", "in", "groupinstall", "localinstall"],
        &["DL3038"],
    ),
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let Some((manager, _, aliases)) = ASKING.iter().find(|(manager, subcommands, _)| {
            manager.is(command) && subcommands.contains(&manager.subcommand(command))
        }) else {
            continue;
        };
        if command.has_any_flag(manager.yes) || is_quiet_enough(manager, command) {
            continue;
        }
        let subcommand = manager.subcommand(command);
        let word = command.args().iter().find(|w| w.value == subcommand);
        let place = word.map_or(command.span.end, |w| w.span.end);
        findings.add(
            file.finding(
                &CHECK,
                run,
                command.span.clone(),
                format!(
                    "{} {subcommand} asks before it does anything",
                    command.name()
                ),
            )
            .remedy(format!(
                "write {} {subcommand} {}",
                command.name(),
                manager.add_yes
            ))
            .aliases(aliases)
            .edit(place..place, format!(" {}", manager.add_yes)),
        );
    }
}

/// apt takes two `-q` for a yes (apt-get(8)).
fn is_quiet_enough(manager: &Manager, command: &Command) -> bool {
    let quiet = command.count_flag("q") + command.count_flag("quiet");
    let level = command
        .flag_value(&["q", "quiet"])
        .and_then(|v| v.parse::<u32>().ok());
    std::ptr::eq(manager, &APT) && (quiet >= 2 || level.is_some_and(|level| level >= 2))
}
