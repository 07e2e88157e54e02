//! User by name instead of by number.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-009",
    title: "User by name instead of by number",
    severity: Severity::Low,
    fix: FixKind::Suggested,
    peers: &["DL3066"],
    about: "Kubernetes proves `runAsNonRoot` before the container starts, when only the \
            image's configuration is known: a name may be root by another name, so a pod \
            whose image names its user is refused. Write the number, and the group's with it.",
    good: "FROM debian:12\nUSER 10001:10001\n",
    bad: "FROM debian:12\nUSER app\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for user in file.of(Keyword::User) {
        let Some(word) = user.words.first() else {
            continue;
        };
        let name = word.value.split(':').next().unwrap_or_default();
        if let Some(variable) = name.strip_prefix('$') {
            let variable = variable.trim_matches(['{', '}']);
            let variable = variable.split(':').next().unwrap_or(variable);
            match file.variable(variable, user) {
                // What the build is given for it is not known here.
                Some(None) => continue,
                Some(Some(value)) if is_number(&value) => continue,
                Some(Some(_)) => {}
                None => continue,
            }
        } else if is_number(name) {
            continue;
        }
        findings.add(
            file.finding(
                &CHECK,
                user,
                word.span.clone(),
                format!("{} is a name", word.value),
            )
            .remedy("write the number of the user"),
        );
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
