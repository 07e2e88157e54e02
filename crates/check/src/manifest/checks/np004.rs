//! Pod selected by no policy.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::Policies;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-004",
        title: "Pod selected by no policy",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["ks:pod-networkpolicy", "kl:non-isolated-pod", "C-0260"],
        about: "The namespace has policies, and this pod is outside of all of them in a direction. Select the pod with a NetworkPolicy.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}}
",
    },
    remedy: "Select the pod with a NetworkPolicy",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let policies = Policies::of(scope);
    for object in &scope.objects {
        let Some(pod) = object.pod().filter(|pod| !pod.spec.is_true("hostNetwork")) else {
            continue;
        };
        if policies.of_namespace(object.namespace()).is_empty() {
            continue;
        }
        let open: Vec<&str> = ["Ingress", "Egress"]
            .into_iter()
            .filter(|direction| policies.for_pod(&pod, direction).is_empty())
            .collect();
        if !open.is_empty() {
            found.about(object);
            let directions = open.join(" and ").to_lowercase();
            found.add(
                object.span(),
                format!(
                    "no NetworkPolicy selects {} for {directions}",
                    object.title()
                ),
            );
        }
    }
}
