//! Dangling reference.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{is_subset, labels, pod_labels, selects};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-052",
        title: "Dangling reference",
        severity: Severity::Negligible,
        fix: FixKind::Manual,
        peers: &[
            "C-0293",
            "C-0296",
            "C-0300",
            "C-0307",
            "kl:dangling-service",
            "ks:service-targets-pod",
            "C-0298",
            "C-0302",
            "kl:dangling-ingress",
            "kl:mismatching-selector",
        ],
        about: "A Service that selects nothing, an Ingress to no Service, a selector that differs from its template: what was meant is not what is there. Mend the name or the labels.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 443}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: wbe}, ports: [{port: 443}]}}
",
    },
    remedy: "Mend the name or the labels",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let pods = pod_labels(scope);
    for object in &scope.objects {
        found.about(object);
        if object.kind() == "Service" && object.group().is_empty() {
            let selector = object
                .node
                .at(&["spec", "selector"])
                .filter(|selector| !selector.is_empty());
            let (Some(selector), Some(own)) = (selector, pods.get(object.namespace())) else {
                continue;
            };
            if !own.iter().any(|labels| is_subset(selector, labels)) {
                let peers = &["C-0293", "kl:dangling-service", "ks:service-targets-pod"];
                found.add_as(
                    peers,
                    selector.span,
                    format!("{} selects no pod", object.title()),
                );
            }
        } else if let Some(pod) = object.pod() {
            let selector = object
                .node
                .at(&["spec", "selector"])
                .filter(|selector| selector.get("matchLabels").is_some());
            if let Some(selector) =
                selector.filter(|selector| !selects(selector, &labels(pod.meta)))
            {
                let peers = &["C-0298", "kl:mismatching-selector"];
                found.add_as(
                    peers,
                    selector.span,
                    format!("{} does not select its own pods", object.title()),
                );
            }
        }
    }
}
