//! Creation or change of workloads.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::{CHANGE, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-007",
        title: "Creation or change of workloads",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0048", "C-0188", "kl:access-to-create-pods"],
        about: "Whoever starts a pod may give it any service account, Secret and volume of the namespace, and on a cluster without Pod Security the node. Leave workloads to the deployment pipeline's account and take the verbs out here.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]}
"#,
    },
    remedy: "Leave workloads to the deployment pipeline's account and take the verbs out here",
    look: Look::Object(look),
};

const WORKLOADS: &[&str] = &[
    "pods",
    "deployments",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "replicationcontrollers",
    "jobs",
    "cronjobs",
    "podtemplates",
];

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(CHANGE, WORKLOADS) {
            found.add(
                node.span,
                format!(
                    "{} may change {}",
                    object.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
    }
}
