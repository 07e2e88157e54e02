//! Cluster-admin bound.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rbac::{role_name, subjects};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-001",
        title: "Cluster-admin bound",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["KSV-0111", "C-0185", "kl:cluster-admin-role-binding"],
        about: "The role may do anything to everything; whoever takes over the subject owns the cluster. Bind a role that lists what the subject needs.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: web}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: web, namespace: shop}]}
",
        bad: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: web}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, name: web, namespace: shop}]}
",
    },
    remedy: "Bind a role that lists what the subject needs",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(role) = role_name(object).filter(|role| role.as_str() == Some("cluster-admin")) else {
        return;
    };
    // Every cluster comes with this one binding; without it nobody could administer it.
    let group = |subject: &Node| {
        subject.str_at("kind") == Some("Group") && subject.str_at("name") == Some("system:masters")
    };
    if object.name() == "cluster-admin" && subjects(object).iter().all(group) {
        return;
    }
    found.add(
        role.span,
        format!("{} hands out cluster-admin", object.title()),
    );
}
