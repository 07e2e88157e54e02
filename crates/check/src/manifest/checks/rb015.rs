//! Change of ConfigMaps.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::{CHANGE, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-015",
        title: "Change of ConfigMaps",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KSV-0049", "KSV-0115", "C-0037"],
        about: "ConfigMaps hold the cluster's name resolution and, on EKS, who is an administrator. Name the ConfigMaps in `resourceNames`, never `coredns` or `aws-auth`.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [configmaps], verbs: [update]}]}
"#,
    },
    remedy: "Name the ConfigMaps in `resourceNames`, never `coredns` or `aws-auth`",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        let Some(node) = grant.allows(CHANGE, &["configmaps"]) else {
            continue;
        };
        let named = |name: &str| {
            grant
                .node
                .list("resourceNames")
                .iter()
                .any(|node| node.as_str() == Some(name))
        };
        let mut peers = vec!["KSV-0049"];
        if named("aws-auth") {
            peers.push("KSV-0115");
        }
        if named("coredns") || grant.is_unnamed() {
            peers.push("C-0037");
        }
        found.add_as(
            &peers,
            node.span,
            format!("{} may change ConfigMaps", object.title()),
        );
    }
}
