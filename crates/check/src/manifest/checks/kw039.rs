//! Service account token mounted though unused.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-039",
        title: "Service account token mounted though unused",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0036",
            "C-0034",
            "C-0190",
            "C-0261",
            "C-0020",
            "C-0053",
            "ksec:AutomountServiceAccountToken",
            "CKV_K8S_38",
        ],
        about: "Every program in the pod holds a key to the API server that it never asked for. Set `automountServiceAccountToken: false` in the pod.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  automountServiceAccountToken: false
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  automountServiceAccountToken: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Set `automountServiceAccountToken: false` in the pod",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    // A named account was made for something; the token of the default account was not.
    let node = pod.spec.get("automountServiceAccountToken");
    let account = pod
        .spec
        .str_at("serviceAccountName")
        .or_else(|| pod.spec.str_at("serviceAccount"));
    let named = account.is_some_and(|name| name != "default");
    let mounted = match node.and_then(Node::as_bool) {
        Some(mounted) => mounted,
        None => !named && !node.is_some_and(Node::is_unknown),
    };
    if mounted {
        let span = node.map_or(pod.object.span(), |node| node.span);
        match node {
            Some(node) => found.set(node, "false"),
            None => found.insert(Some(pod.spec), "automountServiceAccountToken", "false"),
        }
        found.add(
            span,
            format!("{} is given a service account token", pod.object.title()),
        );
    }
}
