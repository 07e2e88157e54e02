//! Policy opens to every namespace, or selects nothing.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-010",
        title: "Policy opens to every namespace, or selects nothing",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["KSV-0038"],
        about: "An empty namespace selector lets in whatever anybody deploys anywhere in the cluster. Select namespaces by label and pods by label.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: shop}}}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}}
",
    },
    remedy: "Select namespaces by label and pods by label",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(spec) = object
        .spec()
        .filter(|_| object.kind() == "NetworkPolicy" && object.group() == "networking.k8s.io")
    else {
        return;
    };
    let rules = [("ingress", "from"), ("egress", "to")];
    let peers = || {
        rules
            .into_iter()
            .flat_map(|(side, peer)| spec.list(side).iter().flat_map(move |rule| rule.list(peer)))
    };
    for peer in peers() {
        let all = peer.get("namespaceSelector").filter(|selector| {
            selector.is_empty() && peer.get("podSelector").is_none_or(Node::is_empty)
        });
        if let Some(selector) = all {
            found.add_as(
                &[],
                selector.span,
                format!("{} opens to every namespace", object.title()),
            );
        }
    }
    let selects = spec
        .get("podSelector")
        .is_some_and(|selector| !selector.is_empty())
        || peers().any(|peer| {
            peer.get("podSelector").is_some() || peer.get("namespaceSelector").is_some()
        });
    let denies = rules.iter().all(|(side, _)| spec.list(side).is_empty())
        && spec.get("podSelector").is_some();
    if !selects && !denies {
        found.add(
            object.span(),
            format!("{} selects neither pods nor namespaces", object.title()),
        );
    }
}
