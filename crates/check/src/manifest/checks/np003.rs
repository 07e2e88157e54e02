//! Namespace lacks default-deny egress.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::default_deny;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-003",
        title: "Namespace lacks default-deny egress",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "C-0030",
            "sx:Deployments should have at least one egress Network Policy",
        ],
        about: "Whoever breaks into a pod fetches his tools and sends out what he finds, unless going out is closed by default. Add a NetworkPolicy with an empty podSelector and `policyTypes: [Egress]`.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: all, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: all, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress]}}
",
    },
    remedy: "Add a NetworkPolicy with an empty podSelector and `policyTypes: [Egress]`",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    for (namespace, policy) in default_deny(scope, "Egress") {
        found.about(policy);
        found.add(
            policy.span(),
            format!("no policy of the namespace `{namespace}` denies egress of all pods"),
        );
    }
}
