//! Workload at the edge may reach the data tier.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{Class, Link, Map, classes};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-016",
        title: "Workload at the edge may reach the data tier",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &[],
        about: "Who breaks into the workload that the internet reaches is one step from the data. A third tier between both, or at least a policy that names the few that may connect, keeps them apart. Let only the workloads between both tiers connect to the data, by name.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: edge, namespace: shop, labels: {app: edge, zone: dmz}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db, tier: data}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: edge, namespace: shop, labels: {app: edge, zone: dmz}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db, tier: data}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}}
",
    },
    remedy: "Let only the workloads between both tiers connect to the data, by name",
    look: Look::Scope(look),
};

/// Workloads at the edge that are compared with each of the data tier.
const MOST: usize = 1_000;

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let is_data = |object: &Object| tier(object).is_some_and(|tier| DATA.contains(&tier));
    if !scope
        .objects
        .iter()
        .any(|one| one.pod().is_some() && is_data(one))
    {
        return;
    }
    let map = Map::of(scope);
    let exposed: HashSet<*const Object> = classes(scope)
        .filter(|(_, exposure)| exposure.class == Class::Internet)
        .map(|(object, _)| std::ptr::from_ref(object))
        .collect();
    let edge = map.spots.iter().filter(|one| {
        tier(one.pod.object).is_some_and(|tier| EDGE.contains(&tier))
            || exposed.contains(&std::ptr::from_ref(one.pod.object))
    });
    let edge: Vec<_> = edge.filter(|one| !is_data(one.pod.object)).collect();
    for to in map.spots.iter().filter(|one| is_data(one.pod.object)) {
        let reaches = edge.iter().take(MOST).find(|from| {
            let declared = tier(from.pod.object).is_some_and(|tier| EDGE.contains(&tier));
            match map.link(from, to) {
                // Of what is only found to be exposed, a rule that names it is meant.
                Link::Named => declared,
                Link::Wide | Link::Open => true,
                Link::No | Link::Maybe => false,
            }
        });
        if let Some(from) = reaches {
            found.about(to.pod.object);
            found.add(
                to.pod.object.span(),
                format!(
                    "{} is of the data tier and {}, at the edge, may connect to it",
                    to.pod.object.title(),
                    from.pod.object.title()
                ),
            );
        }
    }
}

const EDGE: &[&str] = &["dmz", "edge", "public", "internet"];
const DATA: &[&str] = &["data", "database", "db", "storage"];

/// The tier or zone that a workload or its pods are labelled with.
fn tier(object: &Object) -> Option<&str> {
    ["zone", "tier", "network-zone"]
        .into_iter()
        .find_map(|key| {
            let own = object.node.at(&["metadata", "labels", key]);
            own.and_then(|node| node.as_str())
                .or_else(|| object.pod()?.label(key))
        })
}
