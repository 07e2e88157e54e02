//! Wildcard verbs or resources.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rbac::{MANAGE, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-002",
        title: "Wildcard verbs or resources",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0044",
            "KSV-0045",
            "KSV-0046",
            "KSV-0112",
            "C-0187",
            "kl:wildcard-in-rules",
            "CKV_K8S_49",
        ],
        about: "A star also grants what is installed tomorrow, and the verbs nobody thinks of: escalate, bind, impersonate. List the resources and verbs that are used.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [services], verbs: [get]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: ["*"], verbs: [get]}]}
"#,
    },
    remedy: "List the resources and verbs that are used",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let star = |list: &'_ [Node]| {
        list.iter()
            .find(|node| node.as_str() == Some("*"))
            .map(|node| node.span)
    };
    for grant in grants(object) {
        let verbs = star(grant.node.list("verbs"));
        let resources = star(grant.node.list("resources")).filter(|_| grant.verb(MANAGE).is_some());
        if let Some(span) = resources {
            let scope = if grant.cluster {
                "KSV-0046"
            } else {
                "KSV-0112"
            };
            let mut peers = vec![scope, "C-0187", "kl:wildcard-in-rules", "CKV_K8S_49"];
            if verbs.is_some() {
                peers.push("KSV-0044");
            }
            found.add_as(
                &peers,
                span,
                format!("{} grants rights on every resource", object.title()),
            );
        }
        if let Some(span) = verbs {
            let peers = &["KSV-0045", "C-0187", "kl:wildcard-in-rules", "CKV_K8S_49"];
            found.add_as(peers, span, format!("{} grants every verb", object.title()));
        }
    }
}
