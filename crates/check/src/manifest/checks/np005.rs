//! Ingress from anywhere.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-005",
        title: "Ingress from anywhere",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &["KUBE-0001", "C-0054"],
        about: "The policy selects the pod and then lets everybody in: it only looks like protection. Name the namespaces, pods or address ranges that need to get in.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}}
",
    },
    remedy: "Name the namespaces, pods or address ranges that need to get in",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    let public = object
        .node
        .at(&["metadata", "labels", "exposure"])
        .and_then(Node::as_str)
        == Some("internet");
    for rule in object
        .spec()
        .map_or(&[][..], |spec| spec.list("ingress"))
        .iter()
        .filter(|_| !public)
    {
        let from = rule.get("from");
        if from.is_none_or(Node::is_empty) {
            found.add_as(
                &["C-0054"],
                rule.span,
                format!("{} lets everybody in", object.title()),
            );
        }
        for peer in from.map_or(&[][..], Node::items) {
            if let Some(cidr) = peer
                .at(&["ipBlock", "cidr"])
                .filter(|cidr| matches!(cidr.as_str(), Some("0.0.0.0/0" | "::/0")))
            {
                found.add(
                    cidr.span,
                    format!("{} lets every address in", object.title()),
                );
            }
        }
    }
}
