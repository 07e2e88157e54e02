//! Distribution upgraded inside of the build.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-027",
    title: "Distribution upgraded inside of the build",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DL3035", "DS-0024", "DKL-DI-0003"],
    about: "`dist-upgrade` removes packages and may lead to another release than the tag of \
            the base image says, so that nobody knows any more what the image is. Take a \
            newer base image.",
    good: "FROM debian:12.7\nRUN apt-get update\n",
    bad: "FROM debian:12.7\nRUN apt-get update && apt-get dist-upgrade -y\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let (words, aliases): (&[&str], &[&'static str]) = match command.name() {
            "apt-get" | "apt" | "aptitude" => (
                &["dist-upgrade", "full-upgrade"],
                &["DS-0024", "DKL-DI-0003"],
            ),
            "zypper" => (&["dist-upgrade", "dup"], &["DL3035"]),
            "dnf" | "yum" => (&["system-upgrade"], &[]),
            "do-release-upgrade" => (&[], &[]),
            _ => continue,
        };
        if words.is_empty() || command.has_any_arg(words) {
            findings.add(
                file.finding(
                    &CHECK,
                    run,
                    command.span.clone(),
                    format!("{} upgrades the whole distribution", command.name()),
                )
                .remedy("build upon a newer base image")
                .aliases(aliases),
            );
        }
    }
}
