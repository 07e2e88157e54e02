//! NET_RAW kept.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::drop_all;
use crate::manifest::object::{Container, capability};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-017",
        title: "NET_RAW kept",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0119",
            "C-0199",
            "kl:drop-net-raw-capability",
            "CKV_K8S_28",
        ],
        about: "Raw sockets let a container forge and overhear packets of other pods on the node. Drop `ALL`, or at least `NET_RAW`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities: {drop: [NET_RAW]}
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
        capabilities: {add: [NET_RAW]}
",
    },
    remedy: "Drop `ALL`, or at least `NET_RAW`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    if let Some(node) = container
        .capabilities("add")
        .iter()
        .find(|node| matches!(capability(node).as_str(), "NET_RAW" | "ALL"))
    {
        if let Some(list) = container.capability_list("add") {
            found.remove(list, node.span);
        }
        found.add(node.span, format!("{} adds NET_RAW", container.title()));
    } else if !container
        .capabilities("drop")
        .iter()
        .any(|node| matches!(capability(node).as_str(), "NET_RAW" | "ALL"))
    {
        let peers = &["C-0199", "kl:drop-net-raw-capability", "CKV_K8S_28"];
        drop_all(container, found);
        found.add_as(
            peers,
            container.span(),
            format!(
                "{} keeps NET_RAW, which runtimes give by default",
                container.title()
            ),
        );
    }
}
