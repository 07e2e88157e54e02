//! Mount propagation to the host.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-047",
        title: "Mount propagation to the host",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["sx:Docker CIS 5.20"],
        about: "What the container mounts appears on the node and in other pods. Use `HostToContainer` or leave `mountPropagation` out.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      volumeMounts: [{name: data, mountPath: /data}]
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      volumeMounts: [{name: data, mountPath: /data, mountPropagation: Bidirectional}]
",
    },
    remedy: "Use `HostToContainer` or leave `mountPropagation` out",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for mount in container.node.list("volumeMounts") {
        if let Some(node) = mount
            .get("mountPropagation")
            .filter(|node| node.as_str() == Some("Bidirectional"))
        {
            found.add(
                node.span,
                format!("{} propagates mounts to the node", container.title()),
            );
        }
    }
}
