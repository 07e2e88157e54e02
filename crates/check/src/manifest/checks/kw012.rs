//! Low user or group id.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-012",
        title: "Low user or group id",
        severity: Severity::Negligible,
        fix: FixKind::Suggested,
        peers: &["KSV-0020", "KSV-0021", "ksec:RunAsUser", "CKV_K8S_40"],
        about: "Ids up to 10000 are given to people and services of the node; whoever leaves the container meets their files. Set `runAsUser` and `runAsGroup` above 10000.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext: {runAsUser: 10001, runAsGroup: 10001}
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
        runAsUser: 1000
",
    },
    remedy: "Set `runAsUser` and `runAsGroup` above 10000",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    low(
        container,
        "runAsUser",
        &["KSV-0020", "ksec:RunAsUser", "CKV_K8S_40"],
        found,
    );
    low(container, "runAsGroup", &["KSV-0021"], found);
}

fn low(
    container: &Container<'_>,
    key: &str,
    peers: &'static [&'static str],
    found: &mut Found<'_>,
) {
    let node = container.context(key);
    if node.is_some_and(|node| node.is_unknown() || node.as_int().is_some_and(|id| id > 10_000)) {
        return;
    }
    let span = node.map_or(container.span(), |node| node.span);
    found.add_as(
        peers,
        span,
        format!("{} does not set `{key}` above 10000", container.title()),
    );
}
