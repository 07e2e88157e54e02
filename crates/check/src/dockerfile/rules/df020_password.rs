//! Password set during the build.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-020",
    title: "Password set during the build",
    severity: Severity::High,
    fix: FixKind::Manual,
    peers: &["CKV2_DOCKER_17", "DKL-LI-0001"],
    about: "A password that the build sets is the same in every container and stands in the \
            image's history, or as a hash in its files. Containers need no passwords: nobody \
            logs in. Give users no password at all (`useradd` without `-p`).",
    good: "FROM debian:12\nRUN useradd --no-log-init --uid 10001 app\n",
    bad: "FROM debian:12\nRUN echo 'root:toor' | chpasswd\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let mut before: Option<&Command> = None;
    for (run, command) in commands(file) {
        let piped = before
            .replace(command)
            .filter(|_| command.join == Join::Pipe);
        let args = command.args();
        let what = match command.name() {
            "chpasswd" => "chpasswd sets passwords",
            "passwd" if !command.has_any_flag(&["l", "lock", "S", "status", "e", "expire"]) => {
                match command.has_any_flag(&["d", "delete"]) {
                    true => "passwd -d leaves a user without a password",
                    false => "passwd sets a password",
                }
            }
            "usermod" | "useradd" if gives_password(args) => "a password is given with -p",
            _ => continue,
        };
        findings.add(
            file.finding(&CHECK, run, command.span.clone(), what)
                .remedy("leave the user without a password: nobody logs in to a container")
                .conceal(hidden(args))
                .conceal(piped.map_or(0..0, |c| c.span.clone())),
        );
    }
}

fn gives_password(args: &[ShellWord]) -> bool {
    args.iter()
        .any(|w| w.value == "-p" || w.value == "--password" || w.value.starts_with("--password="))
}

/// The bytes of the password that is given with `-p`.
fn hidden(args: &[ShellWord]) -> std::ops::Range<usize> {
    let at = args
        .iter()
        .position(|w| w.value == "-p" || w.value.starts_with("--password"));
    let word = at.and_then(|at| match args[at].value.contains('=') {
        true => args.get(at),
        false => args.get(at + 1),
    });
    word.map_or(0..0, |w| w.span.clone())
}
