//! Approval of certificate requests.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::grants;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-011",
        title: "Approval of certificate requests",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["C-0280", "CKV_K8S_156"],
        about: "Who approves certificates can issue one for any user, and it cannot be revoked. Leave approval to the controller that does it.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [get]}]}
",
        bad: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}]}
",
    },
    remedy: "Leave approval to the controller that does it",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        let approves = grant.allows(
            &["update", "patch"],
            &["certificatesigningrequests/approval"],
        );
        if let Some(node) = approves.or_else(|| grant.allows(&["approve"], &["signers"])) {
            found.add(
                node.span,
                format!("{} may approve certificates", object.title()),
            );
        }
    }
}
