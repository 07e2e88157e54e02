//! Deletion of events or pod logs.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::grants;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-016",
        title: "Deletion of events or pod logs",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KSV-0042", "C-0007", "C-0031"],
        about: "It takes away the traces of what was done. Take the verb out.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [events], verbs: [create]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [events], verbs: [delete]}]}
"#,
    },
    remedy: "Take the verb out",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(&["delete", "deletecollection"], &["pods/log"]) {
            found.add_as(
                &["KSV-0042", "C-0007"],
                node.span,
                format!("{} may delete logs of pods", object.title()),
            );
        }
        if let Some(node) = grant.allows(&["delete", "deletecollection"], &["events"]) {
            found.add_as(
                &["C-0031"],
                node.span,
                format!("{} may delete events", object.title()),
            );
        }
    }
}
