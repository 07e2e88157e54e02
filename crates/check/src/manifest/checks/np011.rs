//! Policy selects no pod.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{pod_labels, selects};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-011",
        title: "Policy selects no pod",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[
            "C-0299",
            "kl:dangling-networkpolicy",
            "ks:networkpolicy-targets-pod",
        ],
        about: "It protects nothing, mostly because of a label that was changed or mistyped. Mend the labels of the policy or of the pod.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {matchLabels: {app: wbe}}}}
",
    },
    remedy: "Mend the labels of the policy or of the pod",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let pods = pod_labels(scope);
    for object in scope
        .objects
        .iter()
        .filter(|object| object.kind() == "NetworkPolicy" && object.group() == "networking.k8s.io")
    {
        let Some(selector) = object
            .node
            .at(&["spec", "podSelector"])
            .filter(|selector| !selector.is_empty())
        else {
            continue;
        };
        // Without a pod of the namespace in the files there is nothing to hold it against.
        let Some(own) = pods.get(object.namespace()) else {
            continue;
        };
        if !own.iter().any(|labels| selects(selector, labels)) {
            found.about(object);
            found.add(
                selector.span,
                format!(
                    "{} selects none of the pods of its namespace",
                    object.title()
                ),
            );
        }
    }
}
