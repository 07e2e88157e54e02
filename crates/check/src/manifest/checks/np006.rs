//! Egress to anywhere.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-006",
        title: "Egress to anywhere",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KUBE-0002"],
        about: "Whoever breaks in can send out what he found and fetch what he needs. Name the destinations, or at least the ports and the addresses left out.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web}, spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}}
",
    },
    remedy: "Name the destinations, or at least the ports and the addresses left out",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    for rule in object.spec().map_or(&[][..], |spec| spec.list("egress")) {
        let to = rule.get("to");
        if to.is_none_or(Node::is_empty) && rule.list("ports").is_empty() {
            found.add_as(
                &[],
                rule.span,
                format!("{} lets everything out", object.title()),
            );
        }
        for block in to
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(|peer| peer.get("ipBlock"))
        {
            let everywhere = block
                .get("cidr")
                .filter(|cidr| matches!(cidr.as_str(), Some("0.0.0.0/0" | "::/0")));
            if let Some(cidr) = everywhere {
                let but = if block.list("except").is_empty() {
                    ""
                } else {
                    ", but for a few"
                };
                found.add(
                    cidr.span,
                    format!("{} lets traffic out to every address{but}", object.title()),
                );
            }
        }
    }
}
