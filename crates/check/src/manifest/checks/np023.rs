//! Cluster-wide rule goes before the policies of namespaces.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-023",
        title: "Cluster-wide rule goes before the policies of namespaces",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "What an AdminNetworkPolicy allows, and what a Calico GlobalNetworkPolicy of an order below 1000 allows, is let through before any NetworkPolicy is asked: teams close their namespace and it stays open. Pass to the policies of the namespaces, or allow from few namespaces by their labels.",
        good: r"{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: monitoring}, spec: {priority: 10, subject: {namespaces: {}}, ingress: [{name: scrape, action: Pass, from: [{namespaces: {}}]}]}}
",
        bad: r"{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: monitoring}, spec: {priority: 10, subject: {namespaces: {}}, ingress: [{name: scrape, action: Allow, from: [{namespaces: {}}]}]}}
",
    },
    remedy: "Pass to the policies of the namespaces, or allow from few namespaces by their labels",
    look: Look::Object(look),
};

/// The order in which Calico puts the NetworkPolicies of Kubernetes.
const OF_KUBERNETES: i64 = 1000;

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(spec) = object.spec() else { return };
    let calico = match (object.kind(), object.group()) {
        ("AdminNetworkPolicy" | "ClusterNetworkPolicy", "policy.networking.k8s.io") => false,
        ("GlobalNetworkPolicy", "projectcalico.org" | "crd.projectcalico.org") => true,
        _ => return,
    };
    if calico
        && spec
            .int_at("order")
            .is_none_or(|order| order >= OF_KUBERNETES)
    {
        return;
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.list(direction) {
            let action = rule.get("action");
            let allows = action
                .and_then(Node::as_str)
                .is_some_and(|one| matches!(one, "Allow" | "Accept"));
            let wide = if calico {
                let side = rule.get(if direction == "ingress" {
                    "source"
                } else {
                    "destination"
                });
                side.is_none_or(Node::is_empty)
            } else {
                rule.list(peers).iter().any(is_everyone)
            };
            if let (true, true, Some(action)) = (allows, wide, action) {
                found.add(
                    action.span,
                    format!(
                        "{} lets everybody through before any NetworkPolicy is asked",
                        object.title()
                    ),
                );
            }
        }
    }
}

/// Whether a peer is every namespace, every pod, or every address.
fn is_everyone(peer: &Node) -> bool {
    let everywhere = |node: &Node| matches!(node.as_str(), Some("0.0.0.0/0" | "::/0"));
    peer.get("namespaces").is_some_and(Node::is_empty)
        || peer
            .at(&["pods", "namespaceSelector"])
            .is_some_and(Node::is_empty)
            && peer.at(&["pods", "podSelector"]).is_none_or(Node::is_empty)
        || peer.list("networks").iter().any(everywhere)
}
