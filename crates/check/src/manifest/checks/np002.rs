//! Namespace lacks default-deny ingress.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::exposure::default_deny;
use crate::manifest::rule::{Found, Look, Rule};
use crate::manifest::scope::Scope;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-002",
        title: "Namespace lacks default-deny ingress",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["C-0030"],
        about: "A pod that no policy selects is open; only a policy for all pods without a rule closes what is deployed tomorrow. Add a NetworkPolicy with an empty podSelector and `policyTypes: [Ingress]`.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: all, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: []}}
",
    },
    remedy: "Add a NetworkPolicy with an empty podSelector and `policyTypes: [Ingress]`",
    look: Look::Scope(look),
};

fn look<'a>(scope: &'a Scope, found: &mut Found<'a>) {
    for (namespace, policy) in default_deny(scope, "Ingress") {
        found.about(policy);
        found.add(
            policy.span(),
            format!("no policy of the namespace `{namespace}` denies ingress to all pods"),
        );
    }
}
