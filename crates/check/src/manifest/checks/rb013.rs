//! Creation of persistent volumes.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::grants;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-013",
        title: "Creation of persistent volumes",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0278"],
        about: "A PersistentVolume of type hostPath is any directory of any node, past Pod Security. Let storage classes make volumes.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [persistentvolumeclaims], verbs: [create]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [persistentvolumes], verbs: [create]}]}
"#,
    },
    remedy: "Let storage classes make volumes",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(&["create"], &["persistentvolumes"]) {
            found.add(
                node.span,
                format!("{} may make PersistentVolumes", object.title()),
            );
        }
    }
}
