//! Command that does more or less than it seems.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-057",
    title: "Command that does more or less than it seems",
    severity: Severity::Negligible,
    fix: FixKind::Auto,
    peers: &["DL3046", "DL3047", "DL4005"],
    about: "useradd with a high number writes sparse log files that the layer holds in full \
            (`--no-log-init` does not); wget fills the log of the build with its progress; \
            linking /bin/sh changes the shell of programs, where SHELL changes the one of \
            the build.",
    good: "FROM debian:12\nRUN useradd --no-log-init -u 1000001 app\n",
    bad: "FROM debian:12\nRUN useradd -u 1000001 app\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let finding = match command.name() {
            "useradd" => useradd(file, run, command),
            "wget" => wget(file, run, command),
            "ln" => ln(file, run, command),
            _ => None,
        };
        findings.found.extend(finding);
    }
}

/// Highest number that shadow's useradd takes without making the logs large.
const LOW: usize = 5;

fn useradd(file: &Dockerfile<'_>, run: &Instruction, command: &Command) -> Option<Finding> {
    let number = command.flag_value(&["u", "uid"])?;
    if number.len() <= LOW || number.contains('$') || command.has_any_flag(&["l", "no-log-init"]) {
        return None;
    }
    let place = command.words.first()?.span.end;
    Some(
        file.finding(
            &CHECK,
            run,
            command.span.clone(),
            "useradd writes sparse logs as large as the number is high",
        )
        .severity(Severity::Low)
        .remedy("write useradd --no-log-init")
        .aliases(&["DL3046"])
        .edit(place..place, " --no-log-init"),
    )
}

fn wget(file: &Dockerfile<'_>, run: &Instruction, command: &Command) -> Option<Finding> {
    let quiet = [
        "progress",
        "q",
        "quiet",
        "o",
        "output-file",
        "a",
        "append-output",
        "no-verbose",
        "show-progress",
        "version",
        "help",
        "V",
        "h",
    ];
    if command.has_any_flag(&quiet) || command.has_arg("-nv") || command.args().is_empty() {
        return None;
    }
    let place = command.words.first()?.span.end;
    Some(
        file.finding(
            &CHECK,
            run,
            command.span.clone(),
            "wget writes its progress into the log of the build",
        )
        .remedy("write wget --progress=dot:giga")
        .aliases(&["DL3047"])
        .edit(place..place, " --progress=dot:giga"),
    )
}

fn ln(file: &Dockerfile<'_>, run: &Instruction, command: &Command) -> Option<Finding> {
    let target = command.args().iter().rfind(|w| !w.value.starts_with('-'))?;
    (target.value == "/bin/sh").then(|| {
        file.finding(
            &CHECK,
            run,
            command.span.clone(),
            "the shell of every program is changed",
        )
        .severity(Severity::Low)
        .remedy("write SHELL to change the shell of the build")
        .fix(FixKind::Suggested)
        .aliases(&["DL4005"])
    })
}
