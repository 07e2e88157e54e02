//! etcd without TLS or client certificates.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-019",
        title: "etcd without TLS or client certificates",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0042", "KCV-0043", "KCV-0044", "KCV-0045", "KCV-0046", "KCV-0047", "C-0153",
            "C-0154", "C-0155", "C-0156", "C-0157", "C-0158", "C-0159",
        ],
        about: "etcd is the cluster: whoever writes to it needs no other right. Set certificate and key for clients and peers, `--client-cert-auth=true` and `--peer-client-cert-auth=true`, and no self-signed TLS.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: etcd, namespace: kube-system}, spec: {containers: [{name: etcd, image: "registry.k8s.io/etcd:v1.31.2", command: [etcd, "--cert-file=/s.crt", "--key-file=/s.key", "--client-cert-auth=true", "--peer-cert-file=/p.crt", "--peer-key-file=/p.key", "--peer-client-cert-auth=true"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: etcd, namespace: kube-system}, spec: {containers: [{name: etcd, image: "registry.k8s.io/etcd:v1.31.2", command: [etcd, "--auto-tls=true"]}]}}
"#,
    },
    remedy: "Set certificate and key for clients and peers, `--client-cert-auth=true` and `--peer-client-cert-auth=true`, and no self-signed TLS",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "etcd",
        flag: "cert-file",
        want: Want::Set,
        peers: &["KCV-0042", "C-0153"],
        wrong: "has no certificate for clients",
    },
    Flag {
        component: "etcd",
        flag: "key-file",
        want: Want::Set,
        peers: &["KCV-0042", "C-0153"],
        wrong: "has no key for clients",
    },
    Flag {
        component: "etcd",
        flag: "client-cert-auth",
        want: Want::Is("true"),
        peers: &["KCV-0043", "C-0154"],
        wrong: "asks clients for no certificate",
    },
    Flag {
        component: "etcd",
        flag: "auto-tls",
        want: Want::IsNot("true"),
        peers: &["KCV-0044", "C-0155"],
        wrong: "signs its own certificates for clients",
    },
    Flag {
        component: "etcd",
        flag: "peer-cert-file",
        want: Want::Set,
        peers: &["KCV-0045", "C-0156"],
        wrong: "has no certificate for peers",
    },
    Flag {
        component: "etcd",
        flag: "peer-key-file",
        want: Want::Set,
        peers: &["KCV-0045", "C-0156"],
        wrong: "has no key for peers",
    },
    Flag {
        component: "etcd",
        flag: "peer-client-cert-auth",
        want: Want::Is("true"),
        peers: &["KCV-0046", "C-0157"],
        wrong: "asks peers for no certificate",
    },
    Flag {
        component: "etcd",
        flag: "peer-auto-tls",
        want: Want::IsNot("true"),
        peers: &["KCV-0047", "C-0158"],
        wrong: "signs its own certificates for peers",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
