//! Unsafe ingress annotation.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-058",
        title: "Unsafe ingress annotation",
        severity: Severity::Critical,
        fix: FixKind::Manual,
        peers: &["KCV-0093", "C-0059", "C-0292", "CKV_K8S_152"],
        about: "Snippets are configuration of the ingress controller written by whoever may write an Ingress: they run code in it and read every Secret it may read. Remove the snippet; disallow snippets in the controller and leave ingress-nginx, which is no longer maintained.",
        good: r#"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/ssl-redirect: "true"}}}
"#,
        bad: r#"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/configuration-snippet: "more_set_headers x;"}}}
"#,
    },
    remedy: "Remove the snippet; disallow snippets in the controller and leave ingress-nginx, which is no longer maintained",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let annotations = object
        .node
        .at(&["metadata", "annotations"])
        .filter(|_| object.kind() == "Ingress");
    for (key, _) in annotations.into_iter().flat_map(Node::entries) {
        let name = key.as_str().unwrap_or_default();
        if name.starts_with("nginx.ingress.kubernetes.io/") && name.ends_with("-snippet") {
            found.add(key.span, format!("{} writes `{name}`", object.title()));
        }
    }
    let config = object
        .node
        .get("data")
        .filter(|_| object.kind() == "ConfigMap");
    if let Some(node) = config
        .and_then(|data| data.get("allow-snippet-annotations"))
        .filter(|node| node.as_bool() == Some(true))
    {
        found.add(
            node.span,
            format!("{} allows snippet annotations", object.title()),
        );
    }
}
