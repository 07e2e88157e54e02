//! Kubelet read-only port open.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, kubelet, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-022",
        title: "Kubelet read-only port open",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["KCV-0082", "C-0175"],
        about: "The port tells everybody on the network what runs on the node, with environments. Set `readOnlyPort: 0`.",
        good: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletReadOnlyPortArgumentSet: {values: [0]}}}
",
        bad: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletReadOnlyPortArgumentSet: {values: [10255]}}}
",
    },
    remedy: "Set `readOnlyPort: 0`",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[Info {
    key: "kubeletReadOnlyPortArgumentSet",
    peers: &["KCV-0082", "C-0175"],
    want: Told::Not(&["10255"]),
}];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
    let Some(config) = kubelet(object) else {
        return;
    };
    if let Some(node) = config
        .get("readOnlyPort")
        .filter(|node| node.as_int().is_some_and(|port| port != 0))
    {
        found.set(node, "0");
        found.add(node.span, "the kubelet has a read-only port");
    }
}
