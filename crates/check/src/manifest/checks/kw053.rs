//! Single replica or no rolling update.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-053",
        title: "Single replica or no rolling update",
        severity: Severity::Negligible,
        fix: FixKind::Suggested,
        peers: &[
            "C-0305",
            "kl:minimum-three-replicas",
            "kl:no-rolling-update-strategy",
        ],
        about: "A drained node or a bad release takes the service down; patching waits for a quiet night then. Run at least two replicas with a rolling update.",
        good: r"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3, template: {spec: {containers: []}}}}
",
        bad: r"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, template: {spec: {containers: []}}}}
",
    },
    remedy: "Run at least two replicas with a rolling update",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if !matches!(object.kind(), "Deployment") {
        return;
    }
    if let Some(node) = object
        .node
        .at(&["spec", "replicas"])
        .filter(|node| node.as_int() == Some(1))
    {
        found.add_as(
            &["C-0305", "kl:minimum-three-replicas"],
            node.span,
            format!("{} runs one replica", object.title()),
        );
    }
    if let Some(node) = object
        .node
        .at(&["spec", "strategy", "type"])
        .filter(|node| node.as_str() == Some("Recreate"))
    {
        found.add_as(
            &["kl:no-rolling-update-strategy"],
            node.span,
            format!("{} stops before it starts again", object.title()),
        );
    }
}
