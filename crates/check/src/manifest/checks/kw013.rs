//! Capabilities not dropped.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::drop_all;
use crate::manifest::object::{Container, capability};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-013",
        title: "Capabilities not dropped",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0003",
            "KSV-0004",
            "KSV-0106",
            "C-0201",
            "C-0055",
            "C-0220",
            "ksec:CapDropAll",
            "ksec:CapDropAny",
            "CKV_K8S_37",
        ],
        about: "Containers begin with fourteen capabilities, most of them of no use to a service and some of use to an attacker. Drop `ALL` and add back the one that is needed.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities: {drop: [ALL]}
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
        capabilities: {drop: [NET_RAW]}
",
    },
    remedy: "Drop `ALL` and add back the one that is needed",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    let dropped = container.capabilities("drop");
    if dropped.iter().any(|node| capability(node) == "ALL") {
        return;
    }
    let span = dropped.first().map_or(container.span(), |node| node.span);
    if dropped.is_empty() {
        drop_all(container, found);
        found.add(span, format!("{} drops no capability", container.title()));
    } else {
        let peers = &[
            "KSV-0003",
            "KSV-0106",
            "C-0201",
            "C-0055",
            "C-0220",
            "ksec:CapDropAll",
            "CKV_K8S_37",
        ];
        drop_all(container, found);
        found.add_as(
            peers,
            span,
            format!(
                "{} drops some capabilities, but not `ALL`",
                container.title()
            ),
        );
    }
}
