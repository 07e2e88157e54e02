//! Exposure disagrees with the label.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{classes, declared};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-009",
        title: "Exposure disagrees with the label",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &[],
        about: "Somebody decided who may reach the workload, and the cluster does something else. Mend the entry, or the label `exposure`.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, exposure: cluster}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 443}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, exposure: cluster}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}}
",
    },
    remedy: "Mend the entry, or the label `exposure`",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    for (object, exposure) in classes(scope) {
        if let Some(meant) = declared(object).filter(|meant| *meant < exposure.class) {
            found.about(object);
            let message = format!(
                "{} is labelled {} and is {}",
                object.title(),
                meant.name(),
                exposure.class.name()
            );
            found.add(object.span(), message);
        }
    }
}
