//! Access to secrets.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::{MANAGE, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-005",
        title: "Access to secrets",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0041",
            "KSV-0113",
            "C-0015",
            "C-0186",
            "C-0255",
            "kl:access-to-secrets",
        ],
        about: "Secrets hold the credentials of everything else, service accounts included: reading them is acting as all of them. Name the one Secret in `resourceNames`, or mount it instead.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [services], verbs: [list]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]}
"#,
    },
    remedy: "Name the one Secret in `resourceNames`, or mount it instead",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(MANAGE, &["secrets"]) {
            let own = if grant.cluster {
                "KSV-0041"
            } else {
                "KSV-0113"
            };
            let peers = &[own, "C-0015", "C-0186", "C-0255", "kl:access-to-secrets"];
            found.add_as(
                peers,
                node.span,
                format!("{} grants access to Secrets", object.title()),
            );
        }
    }
}
