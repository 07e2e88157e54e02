//! Ingress or Gateway without TLS.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-018",
        title: "Ingress or Gateway without TLS",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0263", "C-0245", "C-0231"],
        about: "Credentials and sessions cross the network in clear. Add `tls` with a certificate.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {tls: [{hosts: [shop.example], secretName: tls}], rules: [{host: shop.example}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {rules: [{host: shop.example}]}}
",
    },
    remedy: "Add `tls` with a certificate",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(spec) = object.spec() else { return };
    if object.kind() == "Ingress" && spec.list("tls").is_empty() {
        let annotation = |part: &str| {
            object
                .node
                .at(&["metadata", "annotations"])
                .into_iter()
                .flat_map(Node::entries)
                .any(|(key, _)| key.as_str().is_some_and(|key| key.contains(part)))
        };
        // Cloud controllers take the certificate from an annotation.
        if !annotation("certificate-arn")
            && !annotation("pre-shared-cert")
            && !annotation("managed-certificates")
        {
            found.add(object.span(), format!("{} has no TLS", object.title()));
        }
    }
    if object.kind() == "Gateway" && object.group() == "gateway.networking.k8s.io" {
        let plain = |listener: &&Node| matches!(listener.str_at("protocol"), Some("HTTP" | "TCP"));
        let listeners = spec.list("listeners");
        // A listener in clear beside one with TLS is there to send visitors on.
        if listeners.iter().all(|listener| plain(&listener)) {
            for listener in listeners {
                found.add(
                    listener.span,
                    format!("{} listens without TLS", object.title()),
                );
            }
        }
    }
}
