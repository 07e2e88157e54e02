//! Privilege escalation allowed.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-008",
        title: "Privilege escalation allowed",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0001",
            "C-0016",
            "C-0197",
            "C-0217",
            "kl:privilege-escalation-container",
            "ksec:AllowPrivilegeEscalation",
            "CKV_K8S_20",
        ],
        about: "Without `allowPrivilegeEscalation: false` a set-uid program in the image gives its caller more rights than the container started with. The default is to allow it. Set `allowPrivilegeEscalation: false` in every container.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        allowPrivilegeEscalation: false
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
        allowPrivilegeEscalation: true
",
    },
    remedy: "Set `allowPrivilegeEscalation: false` in every container",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    let node = container
        .own_context()
        .and_then(|context| context.get("allowPrivilegeEscalation"));
    if node.and_then(Node::as_bool) != Some(false) && !node.is_some_and(Node::is_unknown) {
        let span = node.map_or(container.span(), |node| node.span);
        match node {
            Some(node) => found.set(node, "false"),
            None => found.insert_below(
                container.node,
                "securityContext",
                "allowPrivilegeEscalation",
                "false",
            ),
        }
        found.add(
            span,
            format!(
                "{} does not set `allowPrivilegeEscalation: false`",
                container.title()
            ),
        );
    }
}
