//! Privilege helper used.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-010",
    title: "Privilege helper used",
    severity: Severity::High,
    fix: FixKind::Manual,
    peers: &[
        "DL3004",
        "DS-0010",
        "CKV2_DOCKER_1",
        "DKL-DI-0001",
        "C-0062",
    ],
    about: "A build runs as root already, or as the last USER; sudo and su only make it \
            unclear who does what, do not pass signals on, and leave a way to root in the \
            image. Switch with USER in the build, and start the program as the user that it \
            shall run as.",
    good: "FROM debian:12\nRUN apt-get update\nUSER 10001\n",
    bad: "FROM debian:12\nRUN sudo apt-get update\nUSER 10001\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let kinds = [Keyword::Run, Keyword::Cmd, Keyword::Entrypoint];
    for instruction in file
        .instructions
        .iter()
        .filter(|i| kinds.contains(&i.keyword))
    {
        for command in &instruction.script.commands {
            let name = command.name();
            let is_sudo = name == "sudo" || command.wrappers.iter().any(|w| w == "sudo");
            if !is_sudo && !matches!(name, "su" | "doas" | "runuser") {
                continue;
            }
            let helper = if is_sudo { "sudo" } else { name };
            let finding = file
                .finding(
                    &CHECK,
                    instruction,
                    command.span.clone(),
                    format!("{helper} is used"),
                )
                .remedy("switch with USER");
            let known = is_sudo && instruction.keyword == Keyword::Run;
            findings.add(match known {
                true => finding,
                false => finding.severity(Severity::Medium).aliases(&["DKL-DI-0001"]),
            });
        }
    }
}
