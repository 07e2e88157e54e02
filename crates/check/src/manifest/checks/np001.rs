//! Namespace without any NetworkPolicy.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::Policies;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use std::collections::BTreeMap;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-001",
        title: "Namespace without any NetworkPolicy",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "C-0206",
            "C-0260",
            "CKV2_K8S_6",
            "sx:Deployments should have at least one ingress Network Policy",
        ],
        about: "Every pod of the cluster may reach every pod of the namespace, and each of those may reach the internet. Add a policy that denies both directions for all pods, then one for each flow that is needed.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: all, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: []}}
",
    },
    remedy: "Add a policy that denies both directions for all pods, then one for each flow that is needed",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let policies = Policies::of(scope);
    if policies.is_foreign() {
        return;
    }
    let mut first: BTreeMap<&str, &Object> = BTreeMap::new();
    for object in scope.objects.iter().filter(|object| object.pod().is_some()) {
        first.entry(object.namespace()).or_insert(object);
    }
    for (namespace, object) in first {
        if policies.of_namespace(namespace).is_empty() {
            found.about(object);
            found.add(
                object.span(),
                format!("no NetworkPolicy is there for the namespace `{namespace}`"),
            );
        }
    }
}
