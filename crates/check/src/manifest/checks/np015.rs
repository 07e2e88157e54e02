//! Workload of a lower class may reach sensitive data.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{Link, Map};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use crate::manifest::sensitivity::{Sensitivities, Sensitivity};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-015",
        title: "Workload of a lower class may reach sensitive data",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &[],
        about: "A policy lets a workload of a lower class in to one with sensitive data, so that the lower one has to be guarded as well as the higher. Let in only workloads of the same class, and others through one that answers for them.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, data-classification: public}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api, data-classification: restricted}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db, data-classification: restricted}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, data-classification: public}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api, data-classification: restricted}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db, data-classification: restricted}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}}
",
    },
    remedy: "Let in only workloads of the same class, and others through one that answers for them",
    look: Look::Scope(look),
};

/// Pairs of workloads that are looked at; more would take minutes.
const MOST_PAIRS: usize = 2_000_000;

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let classes = Sensitivities::of(scope);
    let mut workloads = scope.objects.iter().filter(|one| one.pod().is_some());
    if !workloads.any(|one| classes.get(one).is_some_and(Sensitivity::is_high)) {
        return;
    }
    let map = Map::of(scope);
    let known = map
        .spots
        .iter()
        .filter_map(|one| Some((one, classes.get(one.pod.object)?)));
    let known: Vec<_> = known.collect();
    let mut left = MOST_PAIRS;
    for (to, class) in known.iter().filter(|(_, class)| class.is_high()) {
        found.about(to.pod.object);
        left = left.saturating_sub(known.len());
        if left == 0 {
            found.unknown(
                to.pod.object.span(),
                "too many workloads to tell who reaches whom",
            );
            return;
        }
        let below = known.iter().filter(|(_, other)| other < class);
        // Where no policy is at all, LZ-NP-001 and LZ-NP-004 speak.
        let mut reaching =
            below.filter(|(from, _)| matches!(map.link(from, to), Link::Named | Link::Wide));
        if let Some((from, other)) = reaching.next() {
            let more = reaching.count();
            let more = if more == 0 {
                String::new()
            } else {
                format!(" and {more} more")
            };
            found.add(
                to.pod.object.span(),
                format!(
                    "{} holds {} data and lets in {} of class {}{more}",
                    to.pod.object.title(),
                    class.name(),
                    from.pod.object.title(),
                    other.name()
                ),
            );
        }
    }
}
