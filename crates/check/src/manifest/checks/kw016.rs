//! Capability added outside the restricted list.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::{Container, capability};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-016",
        title: "Capability added outside the restricted list",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["KSV-0106"],
        about: "The restricted profile of the Pod Security Standards lets nothing be added but NET_BIND_SERVICE. Take the capability out of `capabilities.add`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities: {drop: [ALL], add: [CHOWN]}
",
    },
    remedy: "Take the capability out of `capabilities.add`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for node in container.capabilities("add") {
        let name = capability(node);
        if !name.is_empty() && name != "NET_BIND_SERVICE" {
            if let Some(list) = container.capability_list("add") {
                found.remove(list, node.span);
            }
            found.add(
                node.span,
                format!(
                    "{} adds `{name}`; the restricted profile allows only NET_BIND_SERVICE",
                    container.title()
                ),
            );
        }
    }
}
