//! Capability added outside the baseline.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::BASELINE_CAPABILITIES;
use crate::manifest::object::{Container, capability};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-014",
        title: "Capability added outside the baseline",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0022", "C-0046", "C-0200", "C-0219", "CKV_K8S_25"],
        about: "The baseline of the Pod Security Standards lets a container keep what container runtimes give by default; anything more reaches into the node. Take the capability out of `capabilities.add`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities: {add: [NET_BIND_SERVICE]}
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
        capabilities: {add: [NET_ADMIN]}
",
    },
    remedy: "Take the capability out of `capabilities.add`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for node in container.capabilities("add") {
        let name = capability(node);
        if !name.is_empty() && !BASELINE_CAPABILITIES.contains(&name.as_str()) {
            found.add(
                node.span,
                format!(
                    "{} adds `{name}`, which the baseline does not hold",
                    container.title()
                ),
            );
        }
    }
}
