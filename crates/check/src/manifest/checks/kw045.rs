//! hostAliases change name resolution.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-045",
        title: "hostAliases change name resolution",
        severity: Severity::Low,
        fix: FixKind::Manual,
        peers: &["KSV-0007", "ksec:HostAliases"],
        about: "Names answered from a file in the pod go past DNS and past what is logged there. Remove `hostAliases` and put the name into DNS.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  dnsPolicy: ClusterFirst
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostAliases: [{ip: 10.0.0.1, hostnames: [db]}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Remove `hostAliases` and put the name into DNS",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    if let Some(node) = pod.spec.get("hostAliases").filter(|node| !node.is_empty()) {
        found.add(
            node.span,
            format!("{} writes its own hosts file", pod.object.title()),
        );
    }
}
