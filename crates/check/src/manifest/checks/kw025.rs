//! Unsafe sysctl.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-025",
        title: "Unsafe sysctl",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KSV-0026", "kl:unsafe-sysctls"],
        about: "Kernel settings outside the safe list reach beyond the pod or weaken the node. Remove the setting, or set it for the node.",
        good: r#"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]}
  containers:
    - name: web
      image: registry.example/web:1.4.2
"#,
        bad: r#"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext: {sysctls: [{name: kernel.msgmax, value: "65536"}]}
  containers:
    - name: web
      image: registry.example/web:1.4.2
"#,
    },
    remedy: "Remove the setting, or set it for the node",
    look: Look::Pod(look),
};

/// Namespaced and harmless, as of Kubernetes 1.32.
const SAFE: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for sysctl in pod
        .context()
        .map_or(&[][..], |context| context.list("sysctls"))
    {
        let name = sysctl.str_at("name").unwrap_or_default().replace('/', ".");
        if !name.is_empty() && !SAFE.contains(&name.as_str()) {
            found.add(
                sysctl.span,
                format!(
                    "{} sets `{name}`, which is not on the safe list",
                    pod.object.title()
                ),
            );
        }
    }
}
