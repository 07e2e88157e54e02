//! Ephemeral storage limit absent.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::resource;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-037",
        title: "Ephemeral storage limit absent",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["ks:container-ephemeral-storage-request-and-limit"],
        about: "Logs and scratch files of one container can fill the node's disk. Set `resources.limits.ephemeral-storage`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {limits: {ephemeral-storage: 1Gi}}
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      resources: {limits: {memory: 256Mi}}
",
    },
    remedy: "Set `resources.limits.ephemeral-storage`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    resource(container, "limits", "ephemeral-storage", &[], found);
}
