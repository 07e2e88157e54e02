//! Pod without a controller.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-050",
        title: "Pod without a controller",
        severity: Severity::Negligible,
        fix: FixKind::Manual,
        peers: &["C-0073"],
        about: "When its node is gone, so is the pod: nothing starts it again or moves it away from a bad image. Use a Deployment, StatefulSet, DaemonSet or Job.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: "1"}]}, spec: {containers: []}}
"#,
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: []}}
",
    },
    remedy: "Use a Deployment, StatefulSet, DaemonSet or Job",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let owned = object
        .node
        .at(&["metadata", "ownerReferences"])
        .is_some_and(|owners| !owners.is_empty());
    // The kubelet itself starts static pods, the control plane's among them.
    let is_static = object
        .node
        .at(&["metadata", "labels", "tier"])
        .and_then(Node::as_str)
        == Some("control-plane");
    if object.kind() == "Pod" && object.group().is_empty() && !owned && !is_static {
        found.add(
            object.span(),
            format!("{} has no controller", object.title()),
        );
    }
}
