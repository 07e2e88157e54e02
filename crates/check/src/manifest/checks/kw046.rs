//! User namespace not used.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-046",
        title: "User namespace not used",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["ksec:HostUsers"],
        about: "Root in the container is root's id on the node; with a user namespace it is nobody's. Set `hostUsers: false` where nodes support it (Kubernetes 1.33).",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostUsers: false
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostUsers: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Set `hostUsers: false` where nodes support it (Kubernetes 1.33)",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    // Only what is asked for: the setting is too young to be missed everywhere.
    if let Some(node) = pod
        .spec
        .get("hostUsers")
        .filter(|node| node.as_bool() == Some(true))
    {
        found.add(
            node.span,
            format!("{} shares the node's user ids", pod.object.title()),
        );
    }
}
