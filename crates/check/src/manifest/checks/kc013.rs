//! Service account keys unchecked.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-013",
        title: "Service account keys unchecked",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KCV-0024", "KCV-0025", "C-0135", "C-0136", "C-0290"],
        about: "Tokens of deleted accounts stay valid, or are checked with a key that also signs for the API server. Remove `--service-account-lookup=false` and set `--service-account-key-file`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--service-account-key-file=/sa.pub"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--service-account-lookup=false"]}]}}
"#,
    },
    remedy: "Remove `--service-account-lookup=false` and set `--service-account-key-file`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "service-account-lookup",
        want: Want::IsNot("false"),
        peers: &["KCV-0024", "C-0135"],
        wrong: "does not ask whether an account still exists",
    },
    Flag {
        component: "kube-apiserver",
        flag: "service-account-key-file",
        want: Want::Set,
        peers: &["KCV-0025", "C-0136"],
        wrong: "has no key file of its own for service accounts",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
