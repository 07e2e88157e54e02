//! Long-lived token of an account.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-019",
        title: "Long-lived token of an account",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0286", "C-0287", "C-0288", "C-0232", "C-0285"],
        about: "A token in a Secret, and a certificate for the API server, stay valid when whoever had them has left; nothing renews them and nothing takes them back. Bootstrap tokens that do not end let strangers join nodes. Use tokens of the TokenRequest API (`kubectl create token`), and an identity provider for people.",
        good: r"{apiVersion: v1, kind: Secret, type: Opaque, metadata: {name: ci, namespace: shop}}
",
        bad: r"{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, metadata: {name: ci, namespace: shop, annotations: {kubernetes.io/service-account.name: ci}}}
",
    },
    remedy: "Use tokens of the TokenRequest API (`kubectl create token`), and an identity provider for people",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    match (object.kind(), object.group()) {
        ("Secret", "") => secret(object, found),
        ("CertificateSigningRequest", "certificates.k8s.io") => {
            let signer = object.spec().and_then(|spec| spec.get("signerName"));
            if let Some(node) =
                signer.filter(|node| node.as_str() == Some("kubernetes.io/kube-apiserver-client"))
            {
                found.add_as(
                    &["C-0286", "C-0285"],
                    node.span,
                    format!(
                        "{} asks for a certificate that nobody can take back",
                        object.title()
                    ),
                );
            }
        }
        _ => {}
    }
}

fn secret(object: &Object, found: &mut Found<'_>) {
    let Some(kind) = object.node.get("type") else {
        return;
    };
    match kind.as_str() {
        Some("kubernetes.io/service-account-token") => found.add_as(
            &["C-0287", "C-0232"],
            kind.span,
            format!("{} holds a token that does not end", object.title()),
        ),
        Some("bootstrap.kubernetes.io/token") => {
            let ends = ["data", "stringData"]
                .into_iter()
                .filter_map(|one| object.node.get(one));
            if !ends.into_iter().any(|one| {
                one.get("expiration")
                    .is_some_and(|end| !Node::is_empty(end))
            }) {
                found.add_as(
                    &["C-0288"],
                    kind.span,
                    format!("{} is a bootstrap token that does not end", object.title()),
                );
            }
        }
        _ => {}
    }
}
