//! Secrets not encrypted at rest.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-015",
        title: "Secrets not encrypted at rest",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KCV-0030", "C-0141"],
        about: "Whoever has a copy of etcd, or of its disk, has every Secret. Set `--encryption-provider-config` to a file whose first provider is kms or aesgcm.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--encryption-provider-config=/enc.yaml"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--secure-port=6443"]}]}}
"#,
    },
    remedy: "Set `--encryption-provider-config` to a file whose first provider is kms or aesgcm",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[Flag {
    component: "kube-apiserver",
    flag: "encryption-provider-config",
    want: Want::Set,
    peers: &["KCV-0030", "C-0141"],
    wrong: "stores Secrets in clear",
}];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
