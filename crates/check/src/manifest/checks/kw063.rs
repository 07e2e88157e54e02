//! No security context.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-063",
        title: "No security context",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0118", "C-0211", "CKV_K8S_29", "CKV_K8S_30"],
        about: "Everything is at its default: root, all capabilities of the runtime, a writable file system. Give the pod and each container a `securityContext`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {securityContext: {runAsNonRoot: true}, containers: [{name: web, image: "registry.example/web:1.4.2", securityContext: {allowPrivilegeEscalation: false}}]}}
"#,
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      imagePullPolicy: Always
",
    },
    remedy: "Give the pod and each container a `securityContext`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    let empty = |context: Option<&Node>| context.is_none_or(Node::is_empty);
    let of_pod = empty(pod.context());
    let bare: Vec<_> = pod
        .containers()
        .into_iter()
        .filter(|container| empty(container.own_context()))
        .collect();
    if of_pod {
        let peers = &["KSV-0118", "CKV_K8S_29"];
        found.add_as(
            peers,
            pod.object.span(),
            format!(
                "{} sets no security context for its pod",
                pod.object.title()
            ),
        );
    }
    for container in bare {
        let peers: &[&str] = if of_pod {
            &["KSV-0118", "C-0211", "CKV_K8S_30"]
        } else {
            &["KSV-0118", "CKV_K8S_30"]
        };
        found.add_as(
            peers,
            container.span(),
            format!("{} sets no security context", container.title()),
        );
    }
}
