//! Authorization permissive.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-006",
        title: "Authorization permissive",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0007", "KCV-0008", "KCV-0009", "C-0118", "C-0119", "C-0120", "C-0088",
        ],
        about: "Without RBAC everybody who has a name may do everything; without Node every kubelet may read every Secret. Set `--authorization-mode=Node,RBAC`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--authorization-mode=Node,RBAC"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--authorization-mode=AlwaysAllow"]}]}}
"#,
    },
    remedy: "Set `--authorization-mode=Node,RBAC`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "authorization-mode",
        want: Want::Lacks("AlwaysAllow"),
        peers: &["KCV-0007", "C-0118"],
        wrong: "allows everything",
    },
    Flag {
        component: "kube-apiserver",
        flag: "authorization-mode",
        want: Want::Holds("Node"),
        peers: &["KCV-0008", "C-0119"],
        wrong: "does not authorize nodes by Node",
    },
    Flag {
        component: "kube-apiserver",
        flag: "authorization-mode",
        want: Want::Holds("RBAC"),
        peers: &["KCV-0009", "C-0120", "C-0088"],
        wrong: "does not authorize by RBAC",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
