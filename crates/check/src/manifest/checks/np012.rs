//! Policy peer selects no pod.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{pod_labels, selects};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-012",
        title: "Policy peer selects no pod",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["kl:dangling-networkpolicypeer-podselector"],
        about: "What was meant to get in cannot, or a name was mistyped and the next one who takes it gets in. Mend the labels of the peer.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: wbe}}}]}]}}
",
    },
    remedy: "Mend the labels of the peer",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let pods = pod_labels(scope);
    for object in scope
        .objects
        .iter()
        .filter(|object| object.kind() == "NetworkPolicy" && object.group() == "networking.k8s.io")
    {
        let (Some(spec), Some(own)) = (object.spec(), pods.get(object.namespace())) else {
            continue;
        };
        let sides = [("ingress", "from"), ("egress", "to")];
        let peers = sides
            .into_iter()
            .flat_map(|(side, peer)| spec.list(side).iter().flat_map(move |rule| rule.list(peer)));
        // Peers of other namespaces are often deployed from elsewhere.
        for selector in peers
            .filter(|peer| peer.get("namespaceSelector").is_none())
            .filter_map(|peer| peer.get("podSelector"))
        {
            if !own.iter().any(|labels| selects(selector, labels)) {
                found.about(object);
                found.add(
                    selector.span,
                    format!(
                        "a peer of {} selects none of the pods of its namespace",
                        object.title()
                    ),
                );
            }
        }
    }
}
