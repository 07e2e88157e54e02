//! Host network namespace.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::host_flag;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-004",
        title: "Host network namespace",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0009",
            "C-0041",
            "C-0196",
            "C-0216",
            "kl:host-network",
            "ksec:HostNetwork",
            "CKV_K8S_19",
        ],
        about: "The container listens on the node's own addresses, reaches services bound to its loopback and the cloud's metadata address, and is outside most network plug-ins' policies. Remove `hostNetwork: true` and publish ports with a Service.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: false
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Remove `hostNetwork: true` and publish ports with a Service",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    host_flag(pod, "hostNetwork", "shares the node's network", found);
}
