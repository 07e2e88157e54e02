//! Network plug-in does not enforce policies.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-013",
        title: "Network plug-in does not enforce policies",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &["C-0205", "C-0240", "C-0230"],
        about: "NetworkPolicies are accepted and do nothing: every pod reaches every pod. Flannel and kindnet before 1.31 move packets and nothing more, and the plug-in of AWS enforces only where that is switched on. Use a plug-in that enforces policies, such as Cilium or Calico, or put an enforcer beside it (Canal, kube-network-policies).",
        good: r#"{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cni, namespace: kube-system}, spec: {template: {spec: {containers: [{name: cni, image: "quay.io/cilium/cilium:v1.18.0"}]}}}}
"#,
        bad: r#"{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cni, namespace: kube-flannel}, spec: {template: {spec: {containers: [{name: cni, image: "ghcr.io/flannel-io/flannel:v0.27.0"}]}}}}
"#,
    },
    remedy: "Use a plug-in that enforces policies, such as Cilium or Calico, or put an enforcer beside it (Canal, kube-network-policies)",
    look: Look::Scope(look),
};

/// Images of plug-ins that move packets and nothing more.
const MOVERS: &[&str] = &["flannel", "rancher/mirrored-flannel", "amazon-k8s-cni"];

/// Images of programs that enforce policies, alone or beside another plug-in.
const ENFORCERS: &[&str] = &[
    "cilium",
    "calico",
    "canal",
    "antrea",
    "kube-router",
    "weave-npc",
    "kube-network-policies",
    "ovn-kubernetes",
    "kube-ovn",
    "romana",
    "contiv",
    "aws-network-policy-agent",
    "network-policy",
];

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let agents: Vec<&Object> = scope
        .objects
        .iter()
        .filter(|one| one.kind() == "DaemonSet")
        .collect();
    if agents.iter().any(|one| image(one, ENFORCERS).is_some()) {
        return;
    }
    for object in agents {
        if let Some(image) = image(object, MOVERS) {
            found.about(object);
            found.add(
                image.span,
                format!(
                    "{} moves packets and enforces no NetworkPolicy",
                    object.title()
                ),
            );
        }
    }
}

/// The first image of an object whose name has one of `words` in it.
fn image<'a>(object: &'a Object, words: &[&str]) -> Option<&'a Node> {
    let images = object
        .pod()?
        .containers()
        .into_iter()
        .filter_map(|one| one.node.get("image"));
    let mut images = images.filter(|image| {
        let name = image.as_str().unwrap_or_default();
        words.iter().any(|word| name.contains(word))
    });
    images.next()
}
