//! Pipe whose failure is not seen.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-046",
    title: "Pipe whose failure is not seen",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DL4006"],
    about: "A pipe succeeds when its last command does: a download that breaks off in front \
            of `tar` or `sh` leaves half an image, and the build goes on. Set the option: \
            `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]`, or `set -o pipefail` where \
            the shell knows it.",
    good: "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsSL https://example.org/a.tgz | tar xz\n",
    bad: "FROM debian:12\nRUN curl -fsSL https://example.org/a.tgz | tar xz\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file) {
        if run.shell.pipefail && run.json.is_none() || !run.shell.posix {
            continue;
        }
        let commands = &run.script.commands;
        let Some(at) = commands.iter().position(|c| c.join == Join::Pipe) else {
            continue;
        };
        let sets = |c: &Command| {
            let is_set = c.name() == "set" || c.is_shell();
            is_set && c.has_arg("pipefail")
        };
        if commands.iter().take(at + 1).any(sets) || json_pipefail(run) {
            continue;
        }
        let first = at.checked_sub(1).and_then(|i| commands.get(i));
        let start = first.map_or(commands[at].span.start, |c| c.span.start);
        findings.add(
            file.finding(
                &CHECK,
                run,
                start.min(commands[at].span.start)..commands[at].span.end,
                "only the last command of the pipe decides whether the step fails",
            )
            .remedy("set pipefail: SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]"),
        );
    }
}

/// Whether the JSON form starts a shell with the option.
fn json_pipefail(run: &Instruction) -> bool {
    let words = run.json.iter().flatten();
    words.into_iter().any(|w| w.value == "pipefail")
}
