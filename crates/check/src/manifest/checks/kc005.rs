//! Static token or password file.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-005",
        title: "Static token or password file",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KCV-0002", "C-0114"],
        about: "Tokens in a file never expire and cannot be revoked without a restart. Remove `--token-auth-file` and `--basic-auth-file`; use certificates or OIDC.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--oidc-issuer-url=https://id.example"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--token-auth-file=/etc/tokens.csv"]}]}}
"#,
    },
    remedy: "Remove `--token-auth-file` and `--basic-auth-file`; use certificates or OIDC",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "token-auth-file",
        want: Want::Unset,
        peers: &["KCV-0002", "C-0114"],
        wrong: "reads tokens from a file",
    },
    Flag {
        component: "kube-apiserver",
        flag: "basic-auth-file",
        want: Want::Unset,
        peers: &["C-0114"],
        wrong: "reads passwords from a file",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
