//! API server does not verify kubelets.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-007",
        title: "API server does not verify kubelets",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KCV-0004", "KCV-0005", "KCV-0006", "C-0116", "C-0117"],
        about: "Logs and commands of pods travel to whoever answers on a node's address. Set `--kubelet-certificate-authority`, `--kubelet-client-certificate` and `--kubelet-client-key`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--kubelet-certificate-authority=/ca.crt", "--kubelet-client-certificate=/k.crt", "--kubelet-client-key=/k.key"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--kubelet-https=false"]}]}}
"#,
    },
    remedy: "Set `--kubelet-certificate-authority`, `--kubelet-client-certificate` and `--kubelet-client-key`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "kubelet-https",
        want: Want::IsNot("false"),
        peers: &["KCV-0004"],
        wrong: "speaks to kubelets without TLS",
    },
    Flag {
        component: "kube-apiserver",
        flag: "kubelet-client-certificate",
        want: Want::Set,
        peers: &["KCV-0005", "C-0116"],
        wrong: "has no client certificate for kubelets",
    },
    Flag {
        component: "kube-apiserver",
        flag: "kubelet-client-key",
        want: Want::Set,
        peers: &["KCV-0005", "C-0116"],
        wrong: "has no client key for kubelets",
    },
    Flag {
        component: "kube-apiserver",
        flag: "kubelet-certificate-authority",
        want: Want::Set,
        peers: &["KCV-0006", "C-0117"],
        wrong: "does not verify the certificates of kubelets",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
