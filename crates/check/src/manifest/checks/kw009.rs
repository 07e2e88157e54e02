//! May run as root.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-009",
        title: "May run as root",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0012",
            "C-0013",
            "C-0198",
            "C-0218",
            "kl:run-as-non-root",
            "ks:container-security-context-user-group-id",
            "ksec:RunAsNonRoot",
            "CKV_K8S_23",
        ],
        about: "Root in a container is root on the node as soon as one wall fails, and the image alone decides unless the manifest says otherwise. Set `runAsNonRoot: true` for the pod or the container.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        runAsNonRoot: true
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
        readOnlyRootFilesystem: true
",
    },
    remedy: "Set `runAsNonRoot: true` for the pod or the container",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    let non_root = container.context("runAsNonRoot");
    if non_root.and_then(Node::as_bool) == Some(true) || non_root.is_some_and(Node::is_unknown) {
        return;
    }
    let user = container.context("runAsUser");
    if user.and_then(Node::as_int).is_some_and(|id| id > 0) || user.is_some_and(Node::is_unknown) {
        return;
    }
    found.add(
        container.span(),
        format!("{} may run as root", container.title()),
    );
}
