//! Change of admission webhooks.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::{CHANGE, grants};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-010",
        title: "Change of admission webhooks",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0114", "C-0281", "C-0036", "C-0039", "CKV_K8S_155"],
        about: "A webhook sees and rewrites everything that is applied; without it, policies are off. Leave webhook configurations to the cluster's administrators.",
        good: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [get]}]}
",
        bad: r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], verbs: [patch]}]}
",
    },
    remedy: "Leave webhook configurations to the cluster's administrators",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(
            CHANGE,
            &[
                "mutatingwebhookconfigurations",
                "validatingwebhookconfigurations",
            ],
        ) {
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
