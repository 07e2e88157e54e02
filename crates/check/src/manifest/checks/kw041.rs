//! Workload in the default namespace.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-041",
        title: "Workload in the default namespace",
        severity: Severity::Low,
        fix: FixKind::Manual,
        peers: &[
            "KSV-0110",
            "C-0061",
            "C-0212",
            "C-0209",
            "kl:use-namespace",
            "CKV_K8S_21",
        ],
        about: "Policies, quotas and rights are given per namespace; what is left in `default` shares them with everything else left there. Name a namespace of its own.",
        good: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: []}}
",
        bad: r"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: default}, spec: {containers: []}}
",
    },
    remedy: "Name a namespace of its own",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    // Without a namespace the one who applies the file decides, and `default` is what he gets.
    if object.pod().is_some() && object.namespace() == "default" {
        let span = object
            .node
            .at(&["metadata", "namespace"])
            .map_or(object.span(), |node| node.span);
        // Of a chart, who installs it names the namespace.
        if object.own_namespace().is_none() && found.is_rendered(span) {
            return;
        }
        found.add(
            span,
            format!("{} is in the namespace `default`", object.title()),
        );
    }
}
