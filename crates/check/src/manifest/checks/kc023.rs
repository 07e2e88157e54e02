//! Kubelet limits and kernel settings.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, kubelet, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-023",
        title: "Kubelet limits and kernel settings",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &[
            "KCV-0083", "KCV-0084", "KCV-0085", "KCV-0086", "KCV-0087", "C-0176", "C-0177",
            "C-0178", "C-0179", "C-0180",
        ],
        about: "Streams that never end, packet filters that differ from what services expect, kernel settings nobody checked. Set `protectKernelDefaults: true` and leave `makeIPTablesUtilChains`, `streamingConnectionIdleTimeout` and `eventRecordQPS` at their defaults.",
        good: r#"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletMakeIptablesUtilChainsArgumentSet: {values: ["true"]}}}
"#,
        bad: r#"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletMakeIptablesUtilChainsArgumentSet: {values: ["false"]}}}
"#,
    },
    remedy: "Set `protectKernelDefaults: true` and leave `makeIPTablesUtilChains`, `streamingConnectionIdleTimeout` and `eventRecordQPS` at their defaults",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "kubeletProtectKernelDefaultsArgumentSet",
        peers: &["KCV-0083", "C-0177"],
        want: Told::One(&["true"]),
    },
    Info {
        key: "kubeletMakeIptablesUtilChainsArgumentSet",
        peers: &["KCV-0084", "C-0178"],
        want: Told::Not(&["false"]),
    },
    Info {
        key: "kubeletStreamingConnectionIdleTimeoutArgumentSet",
        peers: &["KCV-0085", "C-0176"],
        want: Told::Not(&["0"]),
    },
    Info {
        key: "kubeletHostnameOverrideArgumentSet",
        peers: &["KCV-0086", "C-0179"],
        want: Told::Nothing,
    },
    Info {
        key: "kubeletEventQpsArgumentSet",
        peers: &["KCV-0087", "C-0180"],
        want: Told::Not(&["0"]),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
    let Some(config) = kubelet(object) else {
        return;
    };
    let wrong = [
        (
            "protectKernelDefaults",
            "false",
            "true",
            &["KCV-0083", "C-0177"],
        ),
        (
            "makeIPTablesUtilChains",
            "false",
            "true",
            &["KCV-0084", "C-0178"],
        ),
        (
            "streamingConnectionIdleTimeout",
            "0",
            "4h0m0s",
            &["KCV-0085", "C-0176"],
        ),
        ("eventRecordQPS", "0", "50", &["KCV-0087", "C-0180"]),
    ];
    for (key, bad, good, peers) in wrong {
        if let Some(node) = config.get(key).filter(|node| node.as_str() == Some(bad)) {
            found.set(node, good);
            found.add_as(peers, node.span, format!("the kubelet sets `{key}: {bad}`"));
        }
    }
}
