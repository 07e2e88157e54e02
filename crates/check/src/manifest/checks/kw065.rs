//! Privileged port in a container.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-065",
        title: "Privileged port in a container",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["KSV-0117", "kl:privileged-ports"],
        about: "To listen below 1024 the program needs root or NET_BIND_SERVICE. Listen on a port above 1023 and map it in the Service.",
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
      ports: [{containerPort: 80}]
",
    },
    remedy: "Listen on a port above 1023 and map it in the Service",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for port in container.node.list("ports") {
        if let Some(node) = port
            .get("containerPort")
            .filter(|node| node.as_int().is_some_and(|port| (1..1024).contains(&port)))
        {
            found.add(
                node.span,
                format!(
                    "{} listens on port {}",
                    container.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
    }
}
