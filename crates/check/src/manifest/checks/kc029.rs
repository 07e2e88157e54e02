//! Extension of the API server that nothing vouches for.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-029",
        title: "Extension of the API server that nothing vouches for",
        severity: Severity::High,
        fix: FixKind::Manual,
        peers: &["C-0036", "C-0039"],
        about: "An aggregated API and a webhook see every object that passes through them, secrets included, and answer in the name of the API server. One whose certificate nobody proves, or one outside of the cluster, may be anybody. Give a `caBundle` instead of `insecureSkipTLSVerify`, and run webhooks inside of the cluster.",
        good: r"{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1beta1.metrics.k8s.io}, spec: {caBundle: QUJD, service: {name: metrics, namespace: kube-system}}}
",
        bad: r"{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1beta1.metrics.k8s.io}, spec: {insecureSkipTLSVerify: true, service: {name: metrics, namespace: kube-system}}}
",
    },
    remedy: "Give a `caBundle` instead of `insecureSkipTLSVerify`, and run webhooks inside of the cluster",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    match (object.kind(), object.group()) {
        ("APIService", "apiregistration.k8s.io") => {
            let skip = object
                .spec()
                .and_then(|spec| spec.get("insecureSkipTLSVerify"));
            if let Some(node) = skip.filter(|node| node.as_bool() == Some(true)) {
                found.add_as(
                    &[],
                    node.span,
                    format!(
                        "{} is taken without proof of its certificate",
                        object.title()
                    ),
                );
            }
        }
        (
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
            "admissionregistration.k8s.io",
        ) => {
            for url in object
                .node
                .list("webhooks")
                .iter()
                .filter_map(|one| one.at(&["clientConfig", "url"]))
            {
                let peers: &[&'static str] = if object.kind().starts_with("Mutating") {
                    &["C-0039"]
                } else {
                    &["C-0036"]
                };
                if !is_inside(url) {
                    found.add_as(
                        peers,
                        url.span,
                        format!("{} sends objects out of the cluster", object.title()),
                    );
                }
            }
        }
        _ => {}
    }
}

/// Whether an address is one of the cluster's own.
fn is_inside(url: &Node) -> bool {
    let text = url.as_str().unwrap_or_default();
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or(host);
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    host.ends_with(".svc")
        || host.ends_with(".cluster.local")
        || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}
