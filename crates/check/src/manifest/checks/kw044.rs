//! Liveness or readiness probe missing.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::{Container, Role};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-044",
        title: "Liveness or readiness probe missing",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &[
            "C-0018",
            "C-0056",
            "kl:no-liveness-probe",
            "kl:no-readiness-probe",
            "ks:pod-probes",
            "CKV_K8S_8",
            "CKV_K8S_9",
        ],
        about: "A hung container stays in service, and one that is not ready gets traffic. Add `livenessProbe` and `readinessProbe`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      livenessProbe: {httpGet: {path: /, port: 8080}}
      readinessProbe: {httpGet: {path: /, port: 8080}}
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      livenessProbe: {httpGet: {path: /, port: 8080}}
",
    },
    remedy: "Add `livenessProbe` and `readinessProbe`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let lasting = !matches!(container.pod.object.kind(), "Job" | "CronJob");
    if container.role != Role::Main || !lasting {
        return;
    }
    let probes: [(&str, &[&str]); 2] = [
        (
            "livenessProbe",
            &[
                "C-0056",
                "kl:no-liveness-probe",
                "ks:pod-probes",
                "CKV_K8S_8",
            ],
        ),
        (
            "readinessProbe",
            &[
                "C-0018",
                "kl:no-readiness-probe",
                "ks:pod-probes",
                "CKV_K8S_9",
            ],
        ),
    ];
    for (probe, peers) in probes {
        if container.node.get(probe).is_none_or(Node::is_empty) {
            found.add_as(
                peers,
                container.span(),
                format!("{} has no {probe}", container.title()),
            );
        }
    }
}
