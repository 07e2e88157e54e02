//! Workload that the internet reaches may reach many others.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{Class, Link, Map, classes};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-025",
        title: "Workload that the internet reaches may reach many others",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0049", "C-0054"],
        about: "Who breaks in there can try each of these workloads. The fewer they are, the less one flaw costs; more than twenty are told. Name with an egress policy what the workload needs to reach.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p0, namespace: shop, labels: {app: p0}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: shop, labels: {app: p1}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p2, namespace: shop, labels: {app: p2}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p3, namespace: shop, labels: {app: p3}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p4, namespace: shop, labels: {app: p4}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p5, namespace: shop, labels: {app: p5}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p6, namespace: shop, labels: {app: p6}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p7, namespace: shop, labels: {app: p7}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p8, namespace: shop, labels: {app: p8}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p9, namespace: shop, labels: {app: p9}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p10, namespace: shop, labels: {app: p10}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p11, namespace: shop, labels: {app: p11}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p12, namespace: shop, labels: {app: p12}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p13, namespace: shop, labels: {app: p13}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p14, namespace: shop, labels: {app: p14}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p15, namespace: shop, labels: {app: p15}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p16, namespace: shop, labels: {app: p16}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p17, namespace: shop, labels: {app: p17}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p18, namespace: shop, labels: {app: p18}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p19, namespace: shop, labels: {app: p19}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p20, namespace: shop, labels: {app: p20}}, spec: {containers: []}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: p1}}}]}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p0, namespace: shop, labels: {app: p0}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p1, namespace: shop, labels: {app: p1}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p2, namespace: shop, labels: {app: p2}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p3, namespace: shop, labels: {app: p3}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p4, namespace: shop, labels: {app: p4}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p5, namespace: shop, labels: {app: p5}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p6, namespace: shop, labels: {app: p6}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p7, namespace: shop, labels: {app: p7}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p8, namespace: shop, labels: {app: p8}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p9, namespace: shop, labels: {app: p9}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p10, namespace: shop, labels: {app: p10}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p11, namespace: shop, labels: {app: p11}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p12, namespace: shop, labels: {app: p12}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p13, namespace: shop, labels: {app: p13}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p14, namespace: shop, labels: {app: p14}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p15, namespace: shop, labels: {app: p15}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p16, namespace: shop, labels: {app: p16}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p17, namespace: shop, labels: {app: p17}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p18, namespace: shop, labels: {app: p18}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p19, namespace: shop, labels: {app: p19}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Pod, metadata: {name: p20, namespace: shop, labels: {app: p20}}, spec: {containers: []}}
",
    },
    remedy: "Name with an egress policy what the workload needs to reach",
    look: Look::Scope(look),
};

/// Others that a workload may reach without being told.
const BUDGET: usize = 20;

/// Pairs of workloads that are looked at; more would take minutes.
const MOST_PAIRS: usize = 5_000_000;

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let exposed: HashSet<*const Object> = classes(scope)
        .filter(|(_, exposure)| exposure.class == Class::Internet)
        .map(|(object, _)| std::ptr::from_ref(object))
        .collect();
    if exposed.is_empty() {
        return;
    }
    let map = Map::of(scope);
    if map.foreign || map.spots.len() <= BUDGET {
        return;
    }
    let mut left = MOST_PAIRS;
    let all = map.spots.iter();
    for from in all.filter(|one| exposed.contains(&std::ptr::from_ref(one.pod.object))) {
        found.about(from.pod.object);
        let mut reached = 0;
        let mut others = map.spots.iter().filter(|to| !std::ptr::eq(*to, from));
        while let (true, Some(to)) = (reached <= BUDGET, others.next()) {
            left = left.saturating_sub(1);
            reached += usize::from(map.link(from, to) >= Link::Named);
        }
        if left == 0 {
            found.unknown(
                from.pod.object.span(),
                "too many workloads to tell who reaches whom",
            );
            return;
        }
        if reached > BUDGET {
            found.add(
                from.pod.object.span(),
                format!(
                    "{} is reached from the internet and may reach more than {BUDGET} workloads",
                    from.pod.object.title()
                ),
            );
        }
    }
}
