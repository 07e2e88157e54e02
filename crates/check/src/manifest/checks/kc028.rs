//! Management interface open to the internet.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::{Class, classes};
use crate::manifest::node::Node;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-028",
        title: "Management interface open to the internet",
        severity: Severity::Critical,
        fix: FixKind::Manual,
        peers: &["C-0014", "C-0021", "CKV_AZURE_8"],
        about: "Who gets past its login, or finds it without one, commands the cluster or what is built in it. Such programs are tried by everybody within hours. Keep it inside of the cluster, behind a VPN or a proxy that asks who somebody is.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: cd, namespace: argocd, labels: {app: cd}}, spec: {containers: [{name: cd, image: "quay.io/argoproj/argocd:v3.1.0"}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: cd, namespace: argocd}, spec: {type: ClusterIP, selector: {app: cd}, ports: [{port: 443}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: cd, namespace: argocd, labels: {app: cd}}, spec: {containers: [{name: cd, image: "quay.io/argoproj/argocd:v3.1.0"}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: cd, namespace: argocd}, spec: {type: LoadBalancer, selector: {app: cd}, ports: [{port: 443}]}}
"#,
    },
    remedy: "Keep it inside of the cluster, behind a VPN or a proxy that asks who somebody is",
    look: Look::Scope(look),
};

/// Last parts of the names of images that are such interfaces.
const INTERFACES: &[&str] = &[
    "argocd",
    "argo-cd",
    "argocli",
    "workflow-controller",
    "dashboard",
    "dashboard-web",
    "dashboard-api",
    "headlamp",
    "jenkins",
    "k8s-dashboard",
    "kubeapps-dashboard",
    "kubeview",
    "kube-ops-view",
    "lens",
    "octant",
    "portainer",
    "portainer-ce",
    "portainer-ee",
    "rancher",
    "scope",
    "skooner",
    "tekton-dashboard",
    "longhorn-ui",
    "prometheus",
    "alertmanager",
    "phpmyadmin",
    "pgadmin4",
    "adminer",
    "mongo-express",
    "kafka-ui",
    "redisinsight",
    "vault",
    "consul",
];

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    for (object, exposure) in classes(scope) {
        if exposure.class != Class::Internet {
            continue;
        }
        let Some(pod) = object.pod() else { continue };
        let images = pod
            .containers()
            .into_iter()
            .filter_map(|one| one.node.get("image"));
        let interface = images.into_iter().find(|image| is_interface(image));
        if let Some(image) = interface {
            found.about(object);
            found.add(
                image.span,
                format!(
                    "{} is a management interface, and the internet reaches it",
                    object.title()
                ),
            );
        }
    }
}

fn is_interface(image: &Node) -> bool {
    let text = image.as_str().unwrap_or_default();
    let name = text.rsplit_once('/').map_or(text, |(_, name)| name);
    let name = name.split([':', '@']).next().unwrap_or(name);
    INTERFACES.contains(&name)
}
