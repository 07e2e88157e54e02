//! Privileged service.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-001",
        title: "Privileged service",
        severity: Severity::Critical,
        fix: FixKind::Auto,
        peers: &["CIS Docker 5.5", "sx:Privileged Container"],
        about: "A privileged container has every capability, sees every device and is not held by seccomp or AppArmor: whoever is in it is on the host. Remove `privileged: true`; add the one capability or device that is really needed.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    privileged: false
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    privileged: true
",
    },
    remedy: "Remove `privileged: true`; add the one capability or device that is really needed",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    if let Some(node) = service
        .node
        .get("privileged")
        .filter(|node| node.as_bool() == Some(true))
    {
        found.set(node, "false");
        found.add(node.span, "is privileged");
    }
}
