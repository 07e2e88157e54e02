//! Escalate, bind or impersonate.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::{Grant, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-006",
        title: "Escalate, bind or impersonate",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0043",
            "KSV-0050",
            "KSV-0051",
            "KSV-0052",
            "KSV-0055",
            "C-0065",
            "C-0191",
            "CKV_K8S_157",
            "CKV_K8S_158",
            "CKV2_K8S_3",
        ],
        about: "These verbs set aside the rule that nobody may grant what he does not have: the subject can become anybody. Take the verb out.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [get]}]}
",
        bad: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}]}
",
    },
    remedy: "Take the verb out",
    look: Look::Object(look),
};

const ROLES: &[&str] = &["roles", "clusterroles"];
const BINDINGS: &[&str] = &["rolebindings", "clusterrolebindings"];

fn look(object: &Object, found: &mut Found<'_>) {
    let all = grants(object);
    for grant in &all {
        if let Some(node) = grant.allows(
            &["impersonate"],
            &["users", "groups", "serviceaccounts", "uids"],
        ) {
            let own: &[&str] = if node.as_str() == Some("groups") {
                &["KSV-0043", "C-0065", "C-0191"]
            } else {
                &["C-0065", "C-0191"]
            };
            found.add_as(
                own,
                node.span,
                format!(
                    "{} may act as other {}",
                    object.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
        let escalates = grant
            .allows(&["escalate", "bind"], ROLES)
            .or_else(|| grant.allows(&["escalate", "bind"], BINDINGS));
        if let Some(node) = escalates {
            let peers = &["KSV-0050", "C-0191", "CKV_K8S_158", "CKV2_K8S_3"];
            found.add_as(
                peers,
                node.span,
                format!("{} may grant itself any right", object.title()),
            );
        }
        let edits = grant.verb(&["get"]).is_some() && grant.verb(&["patch", "update"]).is_some();
        if let Some(node) = grant.resource(&["rolebindings"]).filter(|_| edits) {
            found.add_as(
                &["KSV-0055", "C-0191"],
                node.span,
                format!("{} may add anybody to a RoleBinding", object.title()),
            );
        }
    }
    chain(object, &all, found);
}

/// Two rules that are harmless alone: making bindings, and binding roles one does not have.
fn chain(object: &Object, all: &[Grant<'_>], found: &mut Found<'_>) {
    let binds = |roles: &[&str]| {
        all.iter()
            .any(|grant| grant.is_unnamed() && grant.allows(&["bind"], roles).is_some())
    };
    let creates = |binding: &str| {
        all.iter()
            .find_map(|grant| grant.allows(&["create"], &[binding]))
    };
    if let Some(node) = creates("rolebindings").filter(|_| binds(ROLES)) {
        let peers = &["KSV-0051", "CKV_K8S_157", "CKV2_K8S_3"];
        found.add_as(
            peers,
            node.span,
            format!("{} may make RoleBindings to any role", object.title()),
        );
    }
    if let Some(node) = creates("clusterrolebindings").filter(|_| binds(&["clusterroles"])) {
        let peers = &["KSV-0052", "CKV_K8S_157", "CKV2_K8S_3"];
        found.add_as(
            peers,
            node.span,
            format!(
                "{} may make ClusterRoleBindings to any role",
                object.title()
            ),
        );
    }
}
