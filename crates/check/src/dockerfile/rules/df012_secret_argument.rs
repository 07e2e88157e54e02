//! Build argument or variable named like a credential.

use super::prelude::*;
use super::secrets::{is_literal_secret, is_secret_name, token};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-012",
    title: "Build argument or variable named like a credential",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &["DL3064", "DS-0031"],
    about: "The values of build arguments are kept in the image's history and in the \
            provenance of the build, those of variables in its configuration. A credential \
            handed over in either is published with the image. Use `RUN --mount=type=secret`, \
            and give the running container its secrets when it starts.",
    good: "FROM debian:12\nRUN --mount=type=secret,id=token ./fetch /run/secrets/token\n",
    bad: "FROM debian:12\nARG API_TOKEN\nRUN ./fetch $API_TOKEN\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let kinds = [Keyword::Arg, Keyword::Env];
    for instruction in file
        .instructions
        .iter()
        .filter(|i| kinds.contains(&i.keyword))
    {
        for pair in instruction.pairs() {
            let value = pair.value.as_deref().unwrap_or("");
            // A literal is the business of the check before this one.
            if !is_secret_name(&pair.key) || is_literal_secret(value) || token(value).is_some() {
                continue;
            }
            let what = match instruction.keyword {
                Keyword::Arg => "a build argument",
                _ => "a variable of the image",
            };
            let message = format!("{} is {what}, and is called like a credential", pair.key);
            findings.add(
                file.finding(&CHECK, instruction, pair.span.clone(), message)
                    .remedy("mount the secret into the step that needs it: RUN --mount=type=secret")
                    .conceal(pair.value_span.clone()),
            );
        }
    }
}
