//! Secret in the history of the build.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::dockerfile::secrets::{is_literal_secret, is_secret_name, password_in_address, token};
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-004",
    title: "Secret in the history of the build",
    severity: Severity::High,
    fix: FixKind::Manual,
    peers: &["CIS-DI-0010", "DS-0031"],
    about: "The history of an image keeps the commands of its build, and the build arguments \
            that they were given. A credential in one is published with the image. Change it, \
            and hand it to the step with `RUN --mount=type=secret`.",
    good: r#"{"config":{"User":"1"},"history":[{"created_by":"RUN /bin/sh -c make # buildkit"}],"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1"},"history":[{"created_by":"RUN |1 API_TOKEN=hunter2-and-more /bin/sh -c make # buildkit"}],"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let mut told = Vec::new();
    for (number, step) in facts.history.iter().enumerate() {
        let part = format!("build step {}", number + 1);
        let remedy = "change the credential, and mount it into the step: RUN --mount=type=secret";
        let mut say = |what: String| told.push(Told::new(what, remedy).of(part.clone()));
        let mut named = false;
        for argument in step.arguments() {
            if let Some((name, value)) = argument.split_once('=')
                && is_secret_name(name)
                && is_literal_secret(value)
            {
                named = true;
                say(format!(
                    "the build argument {name} held a credential, by its name"
                ));
            }
        }
        let (keyword, rest) = step.instruction();
        // A variable is told with the configuration that it stands in.
        if named || matches!(keyword, "ENV" | "LABEL") {
            continue;
        }
        if let Some((_, whose)) = token(&step.created_by) {
            say(format!("the step holds {whose}"));
        } else if rest
            .split_whitespace()
            .any(|word| password_in_address(word).is_some())
        {
            say("the step holds an address with a password".into());
        }
    }
    told
}
