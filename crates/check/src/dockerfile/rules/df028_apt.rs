//! apt used where apt-get is meant.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-028",
    title: "apt used where apt-get is meant",
    severity: Severity::Low,
    fix: FixKind::Auto,
    peers: &["DL3027", "CKV_DOCKER_9"],
    about: "apt is for people at a terminal: its options and its output change between \
            releases, as it says itself. Scripts use apt-get and apt-cache.",
    good: "FROM debian:12\nRUN apt-get update\n",
    bad: "FROM debian:12\nRUN apt update\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        if command.name() != "apt" {
            continue;
        }
        let Some(word) = command.words.first() else {
            continue;
        };
        let subcommand = command.args().iter().find(|w| !w.value.starts_with('-'));
        let queries = ["search", "show", "policy", "showsrc", "depends", "rdepends"];
        let better = match subcommand.is_some_and(|w| queries.contains(&w.value.as_str())) {
            true => "apt-cache",
            false => "apt-get",
        };
        let finding = file
            .finding(&CHECK, run, word.span.clone(), "apt is made for people")
            .remedy(format!("write {better}"));
        let translates = !subcommand
            .is_some_and(|w| matches!(w.value.as_str(), "list" | "edit-sources" | "full-upgrade"));
        findings.add(match translates && word.raw == "apt" {
            true => finding.edit(word.span.clone(), better),
            false => finding.fix(FixKind::Suggested),
        });
    }
}
