//! Host port used.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-026",
        title: "Host port used",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KSV-0024", "C-0044", "C-0204", "CKV_K8S_26"],
        about: "The port is open on the node's own address, past Services and often past network policies. Remove `hostPort` and publish the port with a Service.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      ports: [{containerPort: 8080}]
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      ports: [{containerPort: 8080, hostPort: 8080}]
",
    },
    remedy: "Remove `hostPort` and publish the port with a Service",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for port in container.node.list("ports") {
        if let Some(node) = port
            .get("hostPort")
            .filter(|node| node.as_int().is_some_and(|port| port != 0))
        {
            found.add(
                node.span,
                format!(
                    "{} takes port {} of the node",
                    container.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
    }
}
