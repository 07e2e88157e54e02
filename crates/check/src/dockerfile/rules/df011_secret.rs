//! Secret written into the build.

use super::prelude::*;
use super::secrets::{is_literal_secret, is_secret_name, password_in_address, token};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-011",
    title: "Secret written into the build",
    severity: Severity::Critical,
    fix: FixKind::Manual,
    peers: &["DS-0031", "DL3064", "CIS-DI-0010"],
    about: "What ARG, ENV, LABEL and RUN say stays in the image's configuration and history, \
            for everybody who can pull it, also after a later line takes it back. Change the \
            credential, since it has been published, and hand it to the one step that needs \
            it with `RUN --mount=type=secret`.",
    good: "FROM debian:12\nRUN --mount=type=secret,id=db ./migrate --password-file /run/secrets/db\n",
    bad: "FROM debian:12\nENV DB_PASSWORD=hunter2-and-more\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for instruction in &file.instructions {
        match instruction.keyword {
            Keyword::Arg | Keyword::Env | Keyword::Label => {
                for pair in instruction.pairs() {
                    findings.found.extend(of_pair(file, instruction, &pair));
                }
            }
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck => {
                of_text(file, instruction, findings);
            }
            _ => {}
        }
    }
}

fn of_pair(file: &Dockerfile<'_>, instruction: &Instruction, pair: &Pair) -> Option<Finding> {
    let value = pair.value.as_deref()?;
    let named = instruction.keyword != Keyword::Label
        && is_secret_name(&pair.key)
        && is_literal_secret(value);
    let message = if let Some((_, whose)) = token(value) {
        format!("{} holds {whose}", pair.key)
    } else if named {
        format!("{} holds a credential, by its name", pair.key)
    } else if password_in_address(value).is_some() {
        format!("{} holds an address with a password", pair.key)
    } else {
        return None;
    };
    let finding = file
        .finding(&CHECK, instruction, pair.span.clone(), message)
        .remedy("change the credential, and mount it into the step that needs it: RUN --mount=type=secret")
        .conceal(pair.value_span.clone());
    Some(match named {
        true => finding,
        false => finding.aliases(&["DS-0031", "CIS-DI-0010"]),
    })
}

/// Tokens and passwords in addresses, wherever in the text they stand.
fn of_text(file: &Dockerfile<'_>, instruction: &Instruction, findings: &mut Findings) {
    let text = instruction.args.as_str();
    let mut add = |range: std::ops::Range<usize>, what: &str| {
        let span = instruction.args.span(range);
        let message = format!("the command holds {what}");
        findings.add(
            file.finding(&CHECK, instruction, span.clone(), message)
                .remedy(
                    "change the credential, and mount it into the step: RUN --mount=type=secret",
                )
                .aliases(&["DS-0031", "CIS-DI-0010"])
                .conceal(span),
        );
    };
    if let Some((range, whose)) = token(text) {
        add(range, whose);
    }
    let mut from = 0;
    for word in text.split_whitespace().take(10_000) {
        let at = from
            + text
                .get(from..)
                .and_then(|rest| rest.find(word))
                .unwrap_or(0);
        from = at + word.len();
        if let Some(range) = password_in_address(word) {
            add(
                at + range.start..at + range.end,
                "an address with a password",
            );
            break;
        }
    }
    for command in &instruction.script.commands {
        for assignment in &command.assignments {
            let Some((name, value)) = assignment.value.split_once('=') else {
                continue;
            };
            if is_secret_name(name) && is_literal_secret(value) && !assignment.expands {
                let message = format!("{name} is given a credential, by its name");
                findings.add(
                    file.finding(&CHECK, instruction, assignment.span.clone(), message)
                        .remedy("change the credential, and mount it into the step: RUN --mount=type=secret")
                        .aliases(&["DS-0031", "CIS-DI-0010"])
                        .conceal(assignment.span.start + name.len() + 1..assignment.span.end),
                );
            }
        }
    }
}
