//! Kubelet certificates missing or never renewed.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Info, Told, kubelet, told};
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-021",
        title: "Kubelet certificates missing or never renewed",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0081", "KCV-0088", "KCV-0089", "KCV-0090", "KCV-0091", "C-0070", "C-0174",
            "C-0181", "C-0182", "C-0183",
        ],
        about: "Clients are not verified, or the node's certificate is self-signed and stays for ever. Set `authentication.x509.clientCAFile`, `rotateCertificates: true` and `serverTLSBootstrap: true`.",
        good: r#"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletRotateCertificatesArgumentSet: {values: ["true"]}}}
"#,
        bad: r#"{apiVersion: v1, kind: NodeInfo, metadata: {name: node}, type: master, info: {kubeletRotateCertificatesArgumentSet: {values: ["false"]}}}
"#,
    },
    remedy: "Set `authentication.x509.clientCAFile`, `rotateCertificates: true` and `serverTLSBootstrap: true`",
    look: Look::Object(look),
};

const TOLD: &[Info] = &[
    Info {
        key: "kubeletClientCaFileArgumentSet",
        peers: &["KCV-0081", "C-0070", "C-0174"],
        want: Told::One(&[]),
    },
    Info {
        key: "kubeletTlsCertFileTlsArgumentSet",
        peers: &["KCV-0088", "C-0181"],
        want: Told::Ends(&[".crt", ".pem"]),
    },
    Info {
        key: "kubeletTlsPrivateKeyFileArgumentSet",
        peers: &["KCV-0089", "C-0181"],
        want: Told::Ends(&[".key", ".pem"]),
    },
    Info {
        key: "kubeletRotateCertificatesArgumentSet",
        peers: &["KCV-0090", "C-0182"],
        want: Told::Not(&["false"]),
    },
    Info {
        key: "kubeletRotateKubeletServerCertificateArgumentSet",
        peers: &["KCV-0091", "C-0183"],
        want: Told::One(&["true"]),
    },
];

fn look(object: &Object, found: &mut Found<'_>) {
    told(object, TOLD, found);
    let Some(config) = kubelet(object) else {
        return;
    };
    if config
        .at(&["authentication", "x509", "clientCAFile"])
        .is_none_or(Node::is_empty)
    {
        found.add_as(
            &["KCV-0081", "C-0070", "C-0174"],
            object.span(),
            "the kubelet names no authority for client certificates",
        );
    }
    if let Some(node) = config
        .get("rotateCertificates")
        .filter(|node| node.as_bool() == Some(false))
    {
        found.add_as(
            &["KCV-0090", "C-0182"],
            node.span,
            "the kubelet does not renew its certificate",
        );
    }
}
