//! User workload in a system namespace.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-042",
        title: "User workload in a system namespace",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["KSV-0037"],
        about: "System namespaces are often excepted from admission policies and quotas. Move the workload to a namespace of its own.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: []}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: kube-system}, spec: {containers: []}}
",
    },
    remedy: "Move the workload to a namespace of its own",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let system = matches!(
        object.namespace(),
        "kube-system" | "kube-public" | "kube-node-lease"
    );
    let labels = object.node.at(&["metadata", "labels"]);
    let control_plane = labels.and_then(|labels| labels.str_at("tier")) == Some("control-plane");
    if object.pod().is_some() && system && !control_plane {
        let span = object
            .node
            .at(&["metadata", "namespace"])
            .map_or(object.span(), |node| node.span);
        found.add(span, format!("{} is in a system namespace", object.title()));
    }
}
