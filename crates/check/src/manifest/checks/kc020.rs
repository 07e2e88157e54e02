//! Kubelet open to anybody.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, kubelet, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-020",
        title: "Kubelet open to anybody",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["KCV-0079", "KCV-0080", "C-0069", "C-0172", "C-0173"],
        about: "Whoever reaches port 10250 runs commands in every pod of the node. Set `authentication.anonymous.enabled: false` and `authorization.mode: Webhook`.",
        good: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletAuthorizationModeArgumentSet: {values: [Webhook]}}}
",
        bad: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletAuthorizationModeArgumentSet: {values: [AlwaysAllow]}}}
",
    },
    remedy: "Set `authentication.anonymous.enabled: false` and `authorization.mode: Webhook`",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "kubeletAnonymousAuthArgumentSet",
        peers: &["KCV-0079", "C-0069", "C-0172"],
        want: Told::Not(&["true"]),
    },
    Info {
        key: "kubeletAuthorizationModeArgumentSet",
        peers: &["KCV-0080", "C-0173"],
        want: Told::Not(&["AlwaysAllow"]),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
    let Some(config) = kubelet(object) else {
        return;
    };
    if let Some(node) = config
        .at(&["authentication", "anonymous", "enabled"])
        .filter(|node| node.as_bool() == Some(true))
    {
        found.add_as(
            &["KCV-0079", "C-0069", "C-0172"],
            node.span,
            "the kubelet answers strangers",
        );
    }
    if let Some(node) = config
        .at(&["authorization", "mode"])
        .filter(|node| node.as_str() == Some("AlwaysAllow"))
    {
        found.add_as(
            &["KCV-0080", "C-0173"],
            node.span,
            "the kubelet allows everything",
        );
    }
}
