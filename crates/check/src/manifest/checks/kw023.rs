//! SELinux type, user or role changed.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-023",
        title: "SELinux type, user or role changed",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["KSV-0025", "C-0055"],
        about: "Another type, user or role takes the container out of the confinement the node's policy has for containers. Leave `seLinuxOptions` out, or keep to the types container_t, container_init_t, container_kvm_t and container_engine_t.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        seLinuxOptions: {type: container_t}
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
        seLinuxOptions: {type: spc_t}
",
    },
    remedy: "Leave `seLinuxOptions` out, or keep to the types container_t, container_init_t, container_kvm_t and container_engine_t",
    look: Look::Pod(look),
};

const TYPES: &[&str] = &[
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
];

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    let contexts = pod
        .containers()
        .into_iter()
        .map(|one| one.own_context())
        .chain([pod.context()]);
    for options in contexts
        .flatten()
        .filter_map(|context| context.get("seLinuxOptions"))
    {
        if let Some(node) = options.get("type").filter(|node| {
            !TYPES.contains(&node.as_str().unwrap_or_default()) && !node.is_unknown()
        }) {
            found.add(
                node.span,
                format!(
                    "{} sets the SELinux type `{}`",
                    pod.object.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
        for key in ["user", "role"] {
            if let Some(node) = options.get(key).filter(|node| !node.is_empty()) {
                found.add(
                    node.span,
                    format!("{} sets the SELinux {key}", pod.object.title()),
                );
            }
        }
    }
}
