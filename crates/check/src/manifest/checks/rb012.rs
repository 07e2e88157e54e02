//! Creation of service account tokens.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::grants;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-012",
        title: "Creation of service account tokens",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0282"],
        about: "A token made for another account is that account. Name the account in `resourceNames`, or take the rule out.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [serviceaccounts], verbs: [get]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}]}
"#,
    },
    remedy: "Name the account in `resourceNames`, or take the rule out",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(&["create"], &["serviceaccounts/token"]) {
            found.add(
                node.span,
                format!("{} may make tokens of service accounts", object.title()),
            );
        }
    }
}
