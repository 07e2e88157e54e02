//! Entering pods.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::grants;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-008",
        title: "Entering pods",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0053", "KSV-0054", "C-0002", "C-0063"],
        about: "A shell in a pod has its service account, its Secrets and its network, and leaves no trace in the image. Give `pods/exec`, `pods/attach` and `pods/portforward` to people for a time, not to roles for ever.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [pods/log], verbs: [get]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [pods/exec], verbs: [create]}]}
"#,
    },
    remedy: "Give `pods/exec`, `pods/attach` and `pods/portforward` to people for a time, not to roles for ever",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        for (resource, peers) in [
            ("pods/exec", ["KSV-0053", "C-0002"]),
            ("pods/attach", ["KSV-0054", "C-0002"]),
            ("pods/portforward", ["C-0063", "C-0063"]),
        ] {
            // Over WebSockets the server asks for `get` alone.
            if let Some(node) = grant.allows(&["create", "get"], &[resource]) {
                found.add_as(
                    &peers,
                    node.span,
                    format!("{} may use {resource}", object.title()),
                );
            }
        }
    }
}
