//! Root file system writable.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-018",
        title: "Root file system writable",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0014",
            "C-0017",
            "kl:no-read-only-root-fs",
            "ks:container-security-context-readonlyrootfilesystem",
            "ksec:ReadOnlyRootFilesystem",
            "CKV_K8S_22",
        ],
        about: "An attacker who can write leaves tools behind and changes the program that runs. Set `readOnlyRootFilesystem: true` and mount an emptyDir where the program writes.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        readOnlyRootFilesystem: true
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
        readOnlyRootFilesystem: false
",
    },
    remedy: "Set `readOnlyRootFilesystem: true` and mount an emptyDir where the program writes",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    let node = container
        .own_context()
        .and_then(|context| context.get("readOnlyRootFilesystem"));
    if node.and_then(Node::as_bool) != Some(true) && !node.is_some_and(Node::is_unknown) {
        let span = node.map_or(container.span(), |node| node.span);
        match node {
            Some(node) => found.set(node, "true"),
            None => found.insert_below(
                container.node,
                "securityContext",
                "readOnlyRootFilesystem",
                "true",
            ),
        }
        found.add(
            span,
            format!("{} can write to its root file system", container.title()),
        );
    }
}
