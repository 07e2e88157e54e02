//! Host-equivalent capability added.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::{Container, capability};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-015",
        title: "Host-equivalent capability added",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["KSV-0005", "KSV-0120", "ksec:CapSysAdmin", "CKV_K8S_39"],
        about: "With this capability a container loads kernel code, reads any memory or mounts any file system: it is the node. Take the capability out of `capabilities.add`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        capabilities: {add: [CHOWN]}
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
        capabilities: {add: [SYS_ADMIN]}
",
    },
    remedy: "Take the capability out of `capabilities.add`",
    look: Look::Container(look),
};

const HOST: &[&str] = &[
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_BOOT",
    "DAC_READ_SEARCH",
    "BPF",
    "PERFMON",
    "NET_ADMIN",
    "MAC_ADMIN",
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for node in container.capabilities("add") {
        let name = capability(node);
        if !HOST.contains(&name.as_str()) {
            continue;
        }
        let peers: &[&str] = match name.as_str() {
            "SYS_ADMIN" => &["KSV-0005", "ksec:CapSysAdmin", "CKV_K8S_39"],
            "SYS_MODULE" => &["KSV-0120"],
            _ => &[],
        };
        found.add_as(
            peers,
            node.span,
            format!(
                "{} adds `{name}`, which is as good as the node",
                container.title()
            ),
        );
    }
}
