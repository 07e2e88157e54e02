//! Profiling endpoint enabled.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-009",
        title: "Profiling endpoint enabled",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &[
            "KCV-0018", "KCV-0034", "KCV-0040", "C-0129", "C-0145", "C-0151",
        ],
        about: "Profiles tell an attacker what a component does and cost it time. Set `--profiling=false`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--profiling=false"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--profiling=true"]}]}}
"#,
    },
    remedy: "Set `--profiling=false`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "profiling",
        want: Want::Is("false"),
        peers: &["KCV-0018", "C-0129"],
        wrong: "serves profiles",
    },
    Flag {
        component: "kube-controller-manager",
        flag: "profiling",
        want: Want::Is("false"),
        peers: &["KCV-0034", "C-0145"],
        wrong: "serves profiles",
    },
    Flag {
        component: "kube-scheduler",
        flag: "profiling",
        want: Want::Is("false"),
        peers: &["KCV-0040", "C-0151"],
        wrong: "serves profiles",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
