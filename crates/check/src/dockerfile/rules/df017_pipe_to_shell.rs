//! Download run without looking at it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-017",
    title: "Download run without looking at it",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &["DL4006"],
    about: "`curl … | sh` runs whatever the server answers on the day of the build, as root, \
            and half of it where the connection breaks. Fetch to a file, compare its SHA-256 \
            with one that is written down (`echo '…  file' | sha256sum -c`) or check its \
            signature, then run it. Better: take a package.",
    good: "FROM debian:12\nRUN curl -fsSLo i.sh https://example.org/i.sh && echo 'abc  i.sh' | sha256sum -c && sh i.sh\n",
    bad: "FROM debian:12\nRUN curl -fsSL https://example.org/i.sh | sh\n",
};

const FETCHES: [&str; 6] = ["curl", "wget", "fetch", "http", "https", "aria2c"];

const RUNS: [&str; 14] = [
    "sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python2", "python3", "perl", "ruby",
    "node", "php", "source",
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for run in runs(file) {
        let commands = &run.script.commands;
        for (at, command) in commands.iter().enumerate() {
            let runs_it = RUNS.contains(&command.name());
            let piped = runs_it
                && command.join == Join::Pipe
                && takes_stdin(command)
                && fetched(commands, at);
            // `sh -c "$(curl …)"`, `source <(curl …)`, `eval "$(curl …)"`.
            let nested = (runs_it || command.name() == "eval" || command.name() == ".")
                && command
                    .args()
                    .iter()
                    .any(|word| substitutes_fetch(word, run));
            if !piped && !nested {
                continue;
            }
            let start = match piped {
                true => commands
                    .get(..at)
                    .and_then(|b| b.iter().rfind(|c| FETCHES.contains(&c.name()))),
                false => None,
            };
            let from = start.map_or(command.span.start, |c| c.span.start);
            let span = from.min(command.span.start)..command.span.end;
            let message = format!("what is fetched goes straight into {}", command.name());
            findings.add(
                file.finding(&CHECK, run, span, message)
                    .remedy("fetch to a file, compare its SHA-256, then run it")
                    .aliases(&[]),
            );
        }
    }
}

/// Whether the shell reads its text from what is piped into it.
fn takes_stdin(command: &Command) -> bool {
    let file = command.args().iter().find(|w| !w.value.starts_with('-'));
    file.is_none() || command.has_any_arg(&["-s", "-", "/dev/stdin"])
}

/// Whether the pipe that ends at `at` begins with a download.
fn fetched(commands: &[Command], at: usize) -> bool {
    let mut at = at;
    while at > 0 && commands.get(at).is_some_and(|c| c.join == Join::Pipe) {
        at -= 1;
        if commands
            .get(at)
            .is_some_and(|c| FETCHES.contains(&c.name()))
        {
            return true;
        }
    }
    false
}

fn substitutes_fetch(word: &ShellWord, run: &Instruction) -> bool {
    word.expands
        && word.value.contains("$()")
        && run.script.commands.iter().any(|c| {
            FETCHES.contains(&c.name())
                && word.span.start <= c.span.start
                && c.span.end <= word.span.end
        })
}
