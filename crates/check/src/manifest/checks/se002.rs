//! Secret in a ConfigMap.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::{personal_key, secret_assignment};
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-SE-002",
        title: "Secret in a ConfigMap",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0109", "KSV-01010"],
        about: "ConfigMaps are not encrypted, are readable by far more people than Secrets, and are printed everywhere. Move the value to a Secret, better to a secret store.",
        good: r"{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {colour: blue}}
",
        bad: r"{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {password: hunter2-hunter2}}
",
    },
    remedy: "Move the value to a Secret, better to a secret store",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "ConfigMap" {
        return;
    }
    for (key, value) in object.node.get("data").into_iter().flat_map(Node::entries) {
        let (Some(name), Some(text)) = (key.as_str(), value.as_str()) else {
            continue;
        };
        if secret_assignment(name, text) {
            found.add_secret_as(
                &["KSV-0109"],
                value.span,
                format!(
                    "`{name}` of {} holds what looks like a secret",
                    object.title()
                ),
            );
        }
        if personal_key(name) {
            found.add_as(
                &["KSV-01010"],
                key.span,
                format!("`{name}` of {} names sensitive content", object.title()),
            );
        }
    }
}
