//! Privileged container.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-001",
        title: "Privileged container",
        severity: Severity::Critical,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0017",
            "C-0057",
            "C-0193",
            "C-0213",
            "kl:privileged-container",
            "ks:container-security-context-privileged",
            "ksec:Privileged",
            "CKV_K8S_16",
        ],
        about: "A privileged container has every capability, sees every device of the node and is not held by seccomp or AppArmor: whoever is in it is on the host. Remove `privileged: true`; add the one capability or device that is really needed.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        privileged: false
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
        privileged: true
",
    },
    remedy: "Remove `privileged: true`; add the one capability or device that is really needed",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let Some(node) = container
        .own_context()
        .and_then(|context| context.get("privileged"))
    else {
        return;
    };
    if node.as_bool() == Some(true) {
        found.set(node, "false");
        found.add(node.span, format!("{} is privileged", container.title()));
    }
}
