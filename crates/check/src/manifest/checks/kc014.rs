//! API server without TLS towards clients or etcd.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-014",
        title: "API server without TLS towards clients or etcd",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0026", "KCV-0027", "KCV-0028", "KCV-0029", "C-0137", "C-0138", "C-0139", "C-0140",
        ],
        about: "Secrets and credentials cross the network in clear, or to a stranger. Set `--tls-cert-file`, `--tls-private-key-file`, `--client-ca-file`, `--etcd-cafile`, `--etcd-certfile` and `--etcd-keyfile`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--tls-cert-file=/t.crt", "--tls-private-key-file=/t.key", "--client-ca-file=/ca.crt", "--etcd-cafile=/e.ca", "--etcd-certfile=/e.crt", "--etcd-keyfile=/e.key"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--etcd-certfile=/e.crt"]}]}}
"#,
    },
    remedy: "Set `--tls-cert-file`, `--tls-private-key-file`, `--client-ca-file`, `--etcd-cafile`, `--etcd-certfile` and `--etcd-keyfile`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "etcd-certfile",
        want: Want::Set,
        peers: &["KCV-0026", "C-0137"],
        wrong: "has no certificate for etcd",
    },
    Flag {
        component: "kube-apiserver",
        flag: "etcd-keyfile",
        want: Want::Set,
        peers: &["KCV-0026", "C-0137"],
        wrong: "has no key for etcd",
    },
    Flag {
        component: "kube-apiserver",
        flag: "tls-cert-file",
        want: Want::Set,
        peers: &["KCV-0027", "C-0138"],
        wrong: "has no serving certificate of its own",
    },
    Flag {
        component: "kube-apiserver",
        flag: "tls-private-key-file",
        want: Want::Set,
        peers: &["KCV-0027", "C-0138"],
        wrong: "has no serving key of its own",
    },
    Flag {
        component: "kube-apiserver",
        flag: "client-ca-file",
        want: Want::Set,
        peers: &["KCV-0028", "C-0139"],
        wrong: "names no authority for client certificates",
    },
    Flag {
        component: "kube-apiserver",
        flag: "etcd-cafile",
        want: Want::Set,
        peers: &["KCV-0029", "C-0140"],
        wrong: "does not verify etcd",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
