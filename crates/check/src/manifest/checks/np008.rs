//! Workload reachable from the internet.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{Class, classes, declared};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-008",
        title: "Workload reachable from the internet",
        severity: Severity::Critical,
        fix: FixKind::Manual,
        peers: &[
            "C-0256",
            "C-0266",
            "sx:Deployments with externally exposed endpoints",
        ],
        about: "A flaw in this workload needs no foothold to be used: anybody may try, and everybody does. Take the entry away, make it internal, or put a NetworkPolicy between it and the workload; label the workload `exposure: internet` where it is meant.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 443}]}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: []}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}}
",
    },
    remedy: "Take the entry away, make it internal, or put a NetworkPolicy between it and the workload; label the workload `exposure: internet` where it is meant",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    for (object, exposure) in classes(scope) {
        if exposure.class != Class::Internet || declared(object) == Some(Class::Internet) {
            continue;
        }
        let way: Vec<&str> = exposure
            .path
            .iter()
            .map(|step| step.what.as_str())
            .collect();
        found.about(object);
        found.add(
            object.span(),
            format!(
                "{} is reachable from the internet: {}",
                object.title(),
                way.join(" → ")
            ),
        );
    }
}
