//! Sensitive workload may share a node with others.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use crate::manifest::sensitivity::{Sensitivities, Sensitivity};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-056",
        title: "Sensitive workload may share a node with others",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[],
        about: "A container that breaks out sees what else runs on its node. Workloads of a lower class are deployed beside this one, and nothing says on which nodes it runs. Give sensitive workloads nodes of their own, by `nodeSelector` or required node affinity, and taint these.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {data-classification: public}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {data-classification: restricted}}, spec: {nodeSelector: {pool: restricted}, containers: []}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {data-classification: public}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {data-classification: restricted}}, spec: {containers: []}}
",
    },
    remedy: "Give sensitive workloads nodes of their own, by `nodeSelector` or required node affinity, and taint these",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let classes = Sensitivities::of(scope);
    let workloads: Vec<(&Object, Sensitivity)> = scope
        .objects
        .iter()
        .filter(|one| one.pod().is_some())
        .filter_map(|one| Some((one, classes.get(one)?)))
        .collect();
    let Some(lowest) = workloads.iter().map(|(_, class)| *class).min() else {
        return;
    };
    for (object, class) in workloads {
        let apart = object.pod().is_none_or(|pod| is_apart(&pod));
        if class.is_high() && lowest < class && !apart {
            found.about(object);
            found.add(
                object.span(),
                format!(
                    "{} holds {} data and may run beside {} workloads",
                    object.title(),
                    class.name(),
                    lowest.name()
                ),
            );
        }
    }
}

/// Whether a pod says on which nodes it runs, or beside whom it does not.
fn is_apart(pod: &Pod<'_>) -> bool {
    const EVERYWHERE: &[&str] = &["kubernetes.io/os", "kubernetes.io/arch"];
    let selects = pod.spec.get("nodeSelector").is_some_and(|one| {
        let mut keys = one.entries().filter_map(|(key, _)| key.as_str());
        keys.any(|key| !EVERYWHERE.contains(&key))
    });
    let required = ["nodeAffinity", "podAntiAffinity"].into_iter().any(|kind| {
        let one = pod.spec.at(&[
            "affinity",
            kind,
            "requiredDuringSchedulingIgnoredDuringExecution",
        ]);
        one.is_some_and(|one| !Node::is_empty(one))
    });
    selects || required || pod.spec.get("nodeName").is_some()
}
