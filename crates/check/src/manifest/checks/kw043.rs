//! Namespace without Pod Security admission.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-043",
        title: "Namespace without Pod Security admission",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0192"],
        about: "Without the label nothing keeps a privileged pod out of the namespace. Label the namespace `pod-security.kubernetes.io/enforce: restricted` or at least `baseline`.",
        good: r"{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: restricted}}}
",
        bad: r"{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
",
    },
    remedy: "Label the namespace `pod-security.kubernetes.io/enforce: restricted` or at least `baseline`",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "Namespace" || !object.group().is_empty() {
        return;
    }
    let label = object
        .node
        .at(&["metadata", "labels", "pod-security.kubernetes.io/enforce"]);
    match label.and_then(Node::as_str) {
        Some("baseline" | "restricted") => {}
        Some(level) => found.add(
            label.map_or(object.span(), |node| node.span),
            format!("{} enforces `{level}`", object.title()),
        ),
        None => found.add(
            object.span(),
            format!("{} enforces no Pod Security level", object.title()),
        ),
    }
}
