//! Secret committed in clear.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-SE-004",
        title: "Secret committed in clear",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "Base64 is no cipher: whoever has the file has the secret, and the repository keeps it for ever. Take the object out of the repository; use sealed secrets, SOPS or an external secret store.",
        good: r"{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {}}
",
        bad: r"{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {password: aHVudGVyMi1odW50ZXIy}}
",
    },
    remedy: "Take the object out of the repository; use sealed secrets, SOPS or an external secret store",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "Secret" || !object.group().is_empty() {
        return;
    }
    // SOPS leaves the object's shape and enciphers the values.
    let sealed = object.node.get("sops").is_some();
    let public = |key: &str| matches!(key, "ca.crt" | "tls.crt");
    let literal = |node: &Node| {
        node.as_str().is_some_and(|text| {
            text.len() > 3
                && !text.starts_with("ENC[")
                && !text.contains("${")
                && !text.contains("{{")
                && !text.starts_with('<')
        })
    };
    for key in ["data", "stringData"] {
        for (name, value) in object.node.get(key).into_iter().flat_map(Node::entries) {
            if !sealed && literal(value) && !public(name.as_str().unwrap_or_default()) {
                found.add_secret(
                    value.span,
                    format!(
                        "{} holds `{}` in clear",
                        object.title(),
                        name.as_str().unwrap_or_default()
                    ),
                );
            }
        }
    }
}
