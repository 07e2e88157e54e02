//! Change of network objects.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::{CHANGE, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-014",
        title: "Change of network objects",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KSV-0056", "CKV2_K8S_4"],
        about: "Services, endpoints and policies decide where traffic goes and who may send it: changing them is listening in. Leave network objects to the deployment pipeline's account.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [get]}]}
",
        bad: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: web, namespace: shop}, rules: [{apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: [delete]}]}
",
    },
    remedy: "Leave network objects to the deployment pipeline's account",
    look: Look::Object(look),
};

const NETWORK: &[&str] = &[
    "services",
    "endpoints",
    "endpointslices",
    "networkpolicies",
    "ingresses",
];

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(CHANGE, NETWORK) {
            found.add(
                node.span,
                format!(
                    "{} may change {}",
                    object.title(),
                    node.as_str().unwrap_or_default()
                ),
            );
        }
        if let Some(node) = grant.allows(&["update", "patch"], &["services/status", "nodes/status"])
        {
            found.add_as(
                &["CKV2_K8S_4"],
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
