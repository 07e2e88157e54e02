//! Set-user-id or set-group-id bit given.

use super::modes::mode;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-044",
    title: "Set-user-id or set-group-id bit given",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["CIS-DI-0008"],
    about: "A program with these bits runs as its owner, whoever starts it: the usual way \
            from an ordinary user to root. Give the one capability that is needed, or start \
            the container as the user that may.",
    good: "FROM debian:12\nRUN chmod 0755 /app\n",
    bad: "FROM debian:12\nRUN chmod u+s /app\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, word) in modes_given(file) {
        if mode(&word.value).is_some_and(|m| m.set_id) {
            findings.add(
                file.finding(
                    &CHECK,
                    run,
                    word.span.clone(),
                    format!("{} makes whoever starts it its owner", word.value),
                )
                .remedy("leave the bit out; give a capability with setcap where one is needed"),
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
            .filter(|f| mode(&f.value).is_some_and(|m| m.set_id))
        {
            findings.add(
                file.finding(
                    &CHECK,
                    copy,
                    flag.span.clone(),
                    format!("{} makes whoever starts it its owner", flag.value),
                )
                .remedy("leave the bit out"),
            );
        }
    }
}

/// The modes that commands of the file give: of chmod, install, mkdir.
pub(super) fn modes_given<'a>(file: &'a Dockerfile<'_>) -> Vec<(&'a Instruction, &'a ShellWord)> {
    let mut found = Vec::new();
    for (run, command) in commands(file) {
        match command.name() {
            "chmod" => {
                let plain = command
                    .args()
                    .iter()
                    .find(|w| !w.value.starts_with('-') || w.value.starts_with("-x"));
                found.extend(plain.map(|word| (run, word)));
            }
            "install" | "mkdir" => {
                let at = command
                    .args()
                    .iter()
                    .position(|w| w.value == "-m" || w.value == "--mode");
                let word = at.and_then(|at| command.args().get(at + 1));
                found.extend(word.map(|word| (run, word)));
            }
            "find" | "xargs" => {
                let at = command
                    .args()
                    .iter()
                    .position(|w| base_name(&w.value) == "chmod");
                let word = at.and_then(|at| {
                    command
                        .args()
                        .get(at + 1..)?
                        .iter()
                        .find(|w| !w.value.starts_with('-'))
                });
                found.extend(word.map(|word| (run, word)));
            }
            _ => {}
        }
    }
    found
}
