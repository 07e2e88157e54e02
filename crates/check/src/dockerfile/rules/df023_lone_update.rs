//! Package index updated in a layer of its own.

use super::packages::{self, APK, APT};
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-023",
    title: "Package index updated in a layer of its own",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DS-0017", "CKV_DOCKER_5", "CIS-DI-0007"],
    about: "The builder caches the layer of `RUN apt-get update` for as long as the line does \
            not change, so a later `install` uses an index of months ago and gets neither \
            new nor mended packages. Write both into one RUN.",
    good: "FROM debian:12\nRUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10 && rm -rf /var/lib/apt/lists/*\n",
    bad: "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends curl=7.88.1-10\n",
};

/// Programs with the subcommands that only fetch an index.
const UPDATES: [(&[&str], &[&str]); 5] = [
    (&["apt-get", "apt", "aptitude"], &["update"]),
    (&["apk"], &["update"]),
    (&["yum", "dnf", "microdnf"], &["makecache"]),
    (&["zypper"], &["refresh", "ref"]),
    (&["pacman"], &["-Sy"]),
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file) {
        let Some(update) = lone_update(&run.script.commands) else {
            continue;
        };
        findings.add(
            file.finding(
                &CHECK,
                run,
                update.span.clone(),
                format!(
                    "{} updates the index, and nothing in this step uses it",
                    update.name()
                ),
            )
            .remedy("update and install in one RUN")
            .fix(FixKind::Suggested),
        );
    }
}

/// The first command that updates an index which no later one uses.
pub(in crate::dockerfile) fn lone_update(commands: &[Command]) -> Option<&Command> {
    let at = commands.iter().position(updates)?;
    // Whatever is done with the index in the same step is a use of it; a script may be.
    let used = commands.iter().skip(at + 1).any(uses);
    commands.get(at).filter(|_| !used)
}

fn updates(command: &Command) -> bool {
    UPDATES.iter().any(|(names, subcommands)| {
        let first = command
            .args()
            .iter()
            .find(|w| !w.value.starts_with('-') || w.value == "-Sy");
        names.contains(&command.name())
            && first.is_some_and(|w| subcommands.contains(&w.value.as_str()))
    })
}

fn uses(command: &Command) -> bool {
    let others = [
        "upgrade",
        "dist-upgrade",
        "full-upgrade",
        "build-dep",
        "source",
        "download",
        "fix",
    ];
    let upgrades = (APT.is(command) || APK.is(command)) && command.has_any_arg(&others);
    let is_script = command.name().ends_with(".sh") || command.name().starts_with('$');
    let installs = packages::ALL.iter().any(|m| m.installs(command));
    let nested = command.args().iter().any(|w| w.value.contains("install"));
    installs || upgrades || is_script || nested
}
