//! Secret in the image's configuration.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::dockerfile::secrets::{is_literal_secret, is_secret_name, password_in_address, token};
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-002",
    title: "Secret in the image's configuration",
    severity: Severity::Critical,
    fix: FixKind::Manual,
    peers: &["CIS-DI-0010"],
    about: "Variables and labels of an image are readable for everybody who can pull it, \
            without running anything. Change the credential, since it has been published, \
            and give it to the container when it starts.",
    good: r#"{"config":{"User":"1","Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1","Env":["DB_PASSWORD=hunter2-and-more"]},"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let env = facts.env.iter().filter_map(|pair| pair.split_once('='));
    let labels = facts.labels.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    let of_env = env.filter_map(|(name, value)| told(name, value, true));
    of_env
        .chain(labels.filter_map(|(name, value)| told(name, value, false)))
        .collect()
}

/// The value itself is never told.
fn told(name: &str, value: &str, by_name: bool) -> Option<Told> {
    let what = if let Some((_, whose)) = token(value) {
        format!("{name} holds {whose}")
    } else if by_name && is_secret_name(name) && is_literal_secret(value) {
        format!("{name} holds a credential, by its name")
    } else if password_in_address(value).is_some() {
        format!("{name} holds an address with a password")
    } else {
        return None;
    };
    Some(
        Told::new(
            what,
            "change the credential, and give it to the container when it starts",
        )
        .of(name),
    )
}
