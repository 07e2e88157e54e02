//! Tiller or dashboard deployed.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-057",
        title: "Tiller or dashboard deployed",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &["KSV-0102", "C-0014", "CKV_K8S_33", "CKV_K8S_34"],
        about: "Helm 2's Tiller deploys whatever it is asked without asking who; old dashboards have been the way in of many break-ins. Use Helm 3, and take the dashboard out or behind a login of its own.",
        good: r#"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {containers: [{name: web, image: "registry.example/web:1.4.2"}]}}}}
"#,
        bad: r#"{apiVersion: apps/v1, kind: Deployment, metadata: {name: tiller-deploy, namespace: kube-system}, spec: {template: {spec: {containers: [{name: tiller, image: "ghcr.io/helm/tiller:v2.17.0"}]}}}}
"#,
    },
    remedy: "Use Helm 3, and take the dashboard out or behind a login of its own",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(pod) = object.pod() else { return };
    let image = |part: &str| {
        pod.containers().iter().any(|one| {
            one.node
                .str_at("image")
                .is_some_and(|image| image.contains(part))
        })
    };
    let helm = pod.label("app") == Some("helm")
        || object
            .node
            .at(&["metadata", "labels", "app"])
            .and_then(Node::as_str)
            == Some("helm");
    let tiller = object.name().contains("tiller")
        || image("tiller")
        || (helm && pod.label("name") != Some("helm-controller"));
    if tiller {
        found.add_as(
            &["KSV-0102", "CKV_K8S_34"],
            object.span(),
            format!("{} is Tiller", object.title()),
        );
    }
    if image("kubernetes-dashboard")
        || image("kubernetesui/dashboard")
        || pod.label("k8s-app") == Some("kubernetes-dashboard")
    {
        found.add_as(
            &["C-0014", "CKV_K8S_33"],
            object.span(),
            format!("{} is the Kubernetes dashboard", object.title()),
        );
    }
}
