//! Host IPC namespace.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::host_flag;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-003",
        title: "Host IPC namespace",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0008",
            "C-0038",
            "C-0195",
            "C-0215",
            "C-0276",
            "kl:host-ipc",
            "ksec:HostIPC",
            "CKV_K8S_18",
        ],
        about: "Shared memory and semaphores of every process of the node can be read and changed. Remove `hostIPC: true`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostIPC: false
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostIPC: true
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Remove `hostIPC: true`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    host_flag(pod, "hostIPC", "shares the node's IPC namespace", found);
}
