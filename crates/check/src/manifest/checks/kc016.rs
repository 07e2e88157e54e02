//! Weak TLS cipher suites.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, kubelet, told};
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-016",
        title: "Weak TLS cipher suites",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["KCV-0092", "C-0184", "C-0277"],
        about: "Old suites let a listener decrypt or change what is sent to the kubelet. Set `tlsCipherSuites` to suites with ECDHE and AES-GCM or ChaCha20.",
        good: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletOnlyUseStrongCryptographic: {values: [TLS_AES_128_GCM_SHA256]}}}
",
        bad: r"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletOnlyUseStrongCryptographic: {values: [TLS_RSA_WITH_RC4_128_SHA]}}}
",
    },
    remedy: "Set `tlsCipherSuites` to suites with ECDHE and AES-GCM or ChaCha20",
    look: Look::Object(look),
};

const STRONG: &[&str] = &[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
];

const TOLD: &[Info] = &[Info {
    key: "kubeletOnlyUseStrongCryptographic",
    peers: &["KCV-0092", "C-0184"],
    want: Told::One(STRONG),
}];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
    let Some(config) = kubelet(object) else {
        return;
    };
    for node in config.list("tlsCipherSuites") {
        if node.as_str().is_some_and(|suite| !STRONG.contains(&suite)) {
            if let Some(list) = config.get("tlsCipherSuites") {
                found.remove(list, node.span);
            }
            found.add(
                node.span,
                format!("the kubelet offers `{}`", node.as_str().unwrap_or_default()),
            );
        }
    }
}
