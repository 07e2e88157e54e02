//! Untrusted workload without a sandbox.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::is_untrusted;
use crate::manifest::node::Node;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-054",
        title: "Untrusted workload without a sandbox",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0297", "C-0242", "C-0249", "C-0233"],
        about: "Code of strangers shares the node's kernel with everything else. Set `runtimeClassName` to a sandbox such as gVisor or Kata.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {trust: untrusted}}, spec: {runtimeClassName: gvisor, containers: []}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {trust: untrusted}}, spec: {containers: []}}
",
    },
    remedy: "Set `runtimeClassName` to a sandbox such as gVisor or Kata",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    if is_untrusted(pod) && pod.spec.get("runtimeClassName").is_none_or(Node::is_empty) {
        found.add(
            pod.object.span(),
            format!(
                "{} is labelled untrusted and runs on the node's kernel",
                pod.object.title()
            ),
        );
    }
}
