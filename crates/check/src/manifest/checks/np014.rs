//! Policy allows a wide range of ports.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-014",
        title: "Policy allows a wide range of ports",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "A range of a thousand ports is no decision about what is reached. Name the ports.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 8080}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 1, endPort: 65535}]}]}}
",
    },
    remedy: "Name the ports",
    look: Look::Object(look),
};

/// Ports in one range beyond which nobody has thought about each.
const WIDE: i64 = 1_000;

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(spec) = object.spec().filter(|_| object.kind() == "NetworkPolicy") else {
        return;
    };
    for rule in spec.list("ingress").iter().chain(spec.list("egress")) {
        for range in rule.list("ports") {
            let (Some(first), Some(last)) = (range.int_at("port"), range.get("endPort")) else {
                continue;
            };
            if last
                .as_int()
                .is_some_and(|end| end.saturating_sub(first) >= WIDE)
            {
                found.add(
                    last.span,
                    format!(
                        "{} allows ports {first} to {}",
                        object.title(),
                        last.as_str().unwrap_or_default()
                    ),
                );
            }
        }
    }
}
