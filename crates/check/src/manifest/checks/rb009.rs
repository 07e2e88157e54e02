//! Access to the node proxy.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rbac::grants;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-RB-009",
        title: "Access to the node proxy",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0047", "C-0279", "CKV2_K8S_2"],
        about: "The proxy speaks to the kubelet as the API server: commands in every pod of the node, without admission and without an audit entry. Take `nodes/proxy` out; use `nodes/metrics` or `nodes/stats` where figures are wanted.",
        good: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [nodes/metrics], verbs: [get]}]}
"#,
        bad: r#"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: web}, rules: [{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}]}
"#,
    },
    remedy: "Take `nodes/proxy` out; use `nodes/metrics` or `nodes/stats` where figures are wanted",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    for grant in grants(object) {
        if let Some(node) = grant.allows(&["get", "create"], &["nodes/proxy"]) {
            found.add(
                node.span,
                format!("{} may speak to kubelets", object.title()),
            );
        }
    }
}
