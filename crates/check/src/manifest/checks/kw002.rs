//! Host PID namespace.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::host_flag;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-002",
        title: "Host PID namespace",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0010",
            "C-0038",
            "C-0194",
            "C-0214",
            "C-0275",
            "kl:host-pid",
            "ksec:HostPID",
            "CKV_K8S_17",
        ],
        about: "With the node's process list a container can read environments and memory of every other process, and signal them. Remove `hostPID: true`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: false
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostPID: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Remove `hostPID: true`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    host_flag(pod, "hostPID", "shares the node's process namespace", found);
}
