//! Sensitive workload with secrets of no secret store.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;
use crate::manifest::sensitivity::{Sensitivities, Sensitivity};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-SE-005",
        title: "Sensitive workload with secrets of no secret store",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0208", "C-0234"],
        about: "Its credentials stand in a Secret that somebody wrote by hand: nobody renews them, and nothing tells who read them. Take the credentials from a store: External Secrets, the Secrets Store CSI driver, or an operator of Vault.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {data-classification: restricted}}, spec: {volumes: [{name: s, secret: {secretName: db}}], containers: []}}
---
{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db, namespace: shop}, spec: {}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {data-classification: restricted}}, spec: {volumes: [{name: s, secret: {secretName: db}}], containers: []}}
---
{apiVersion: v1, kind: Secret, metadata: {name: db, namespace: shop}, data: {}}
",
    },
    remedy: "Take the credentials from a store: External Secrets, the Secrets Store CSI driver, or an operator of Vault",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    let classes = Sensitivities::of(scope);
    let is_secret = |one: &&Object| one.kind() == "Secret" && one.group().is_empty();
    let by_hand: HashSet<(&str, &str)> = scope
        .objects
        .iter()
        .filter(is_secret)
        .map(|one| (one.namespace(), one.name()))
        .collect();
    if by_hand.is_empty() {
        return;
    }
    for pod in scope.objects.iter().filter_map(Object::pod) {
        if !classes.get(pod.object).is_some_and(Sensitivity::is_high) {
            continue;
        }
        let namespace = pod.object.namespace();
        let own = used(&pod).into_iter().find(|node| {
            node.as_str()
                .is_some_and(|name| by_hand.contains(&(namespace, name)))
        });
        if let Some(node) = own {
            found.about(pod.object);
            found.add(
                node.span,
                format!(
                    "{} holds sensitive data and takes `{}` from a manifest",
                    pod.object.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
    }
}

/// Names of the Secrets that a pod uses.
fn used<'a>(pod: &Pod<'a>) -> Vec<&'a Node> {
    let mut names: Vec<&Node> = Vec::new();
    for volume in pod.spec.list("volumes") {
        names.extend(volume.at(&["secret", "secretName"]));
        let sources = volume
            .get("projected")
            .map_or(&[][..], |one| one.list("sources"));
        names.extend(sources.iter().filter_map(|one| one.at(&["secret", "name"])));
    }
    for container in pod.containers() {
        let env = container.node.list("env").iter();
        names.extend(env.filter_map(|one| one.at(&["valueFrom", "secretKeyRef", "name"])));
        let from = container.node.list("envFrom").iter();
        names.extend(from.filter_map(|one| one.at(&["secretRef", "name"])));
    }
    names
}
