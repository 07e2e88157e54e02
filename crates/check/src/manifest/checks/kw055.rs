//! Workload without a class of data.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use crate::manifest::sensitivity::Sensitivities;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-055",
        title: "Workload without a class of data",
        severity: Severity::Low,
        fix: FixKind::Manual,
        peers: &["C-0076", "C-0077"],
        about: "Other workloads beside it say how sensitive their data is, and this one does not, so that no rule about classes can be applied to it. Label the workload or its namespace, as `data-classification: internal`.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {data-classification: public}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {data-classification: restricted}}, spec: {containers: []}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {data-classification: restricted}}, spec: {containers: []}}
",
    },
    remedy: "Label the workload or its namespace, as `data-classification: internal`",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let classes = Sensitivities::of(scope);
    let workloads: Vec<&Object> = scope
        .objects
        .iter()
        .filter(|one| one.pod().is_some())
        .collect();
    // Where nobody names classes, their absence says nothing.
    if !workloads.iter().any(|one| classes.get(one).is_some()) {
        return;
    }
    for object in workloads
        .into_iter()
        .filter(|one| classes.get(one).is_none())
    {
        found.about(object);
        found.add(
            object.span(),
            format!("{} does not say how sensitive its data is", object.title()),
        );
    }
}
