//! Default service account used.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-040",
        title: "Default service account used",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "C-0189",
            "kl:default-service-account",
            "ksec:ServiceAccountName",
            "CKV_K8S_41",
        ],
        about: "What is granted to the default account is granted to every pod of the namespace that names none. Make an account for the workload and name it in `serviceAccountName`, or mount no token.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  serviceAccountName: web
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  serviceAccountName: default
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Make an account for the workload and name it in `serviceAccountName`, or mount no token",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    let node = pod
        .spec
        .get("serviceAccountName")
        .or_else(|| pod.spec.get("serviceAccount"));
    let default = node.is_none_or(|node| node.is_empty() || node.as_str() == Some("default"));
    if default && pod.spec.bool_at("automountServiceAccountToken") != Some(false) {
        let span = node.map_or(pod.object.span(), |node| node.span);
        found.add(
            span,
            format!("{} uses the default service account", pod.object.title()),
        );
    }
}
