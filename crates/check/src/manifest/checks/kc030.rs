//! Secure port off or insecure port on.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-030",
        title: "Secure port off or insecure port on",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["KCV-0017", "C-0005", "C-0128"],
        about: "The API is served without TLS, without a name and without authorization. Remove `--secure-port=0`, `--insecure-port` and `--insecure-bind-address`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--secure-port=6443"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--secure-port=0"]}]}}
"#,
    },
    remedy: "Remove `--secure-port=0`, `--insecure-port` and `--insecure-bind-address`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "secure-port",
        want: Want::IsNot("0"),
        peers: &["KCV-0017", "C-0128"],
        wrong: "has no secure port",
    },
    Flag {
        component: "kube-apiserver",
        flag: "insecure-bind-address",
        want: Want::Unset,
        peers: &["C-0005"],
        wrong: "has an insecure address",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
