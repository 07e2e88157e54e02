//! Control plane bound beyond loopback.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-018",
        title: "Control plane bound beyond loopback",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["KCV-0039", "KCV-0041", "C-0150", "C-0152", "C-0291"],
        about: "Metrics and profiles of the component are open to the network. Set `--bind-address=127.0.0.1`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-scheduler, namespace: kube-system}, spec: {containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1.31.2", command: [kube-scheduler, "--bind-address=127.0.0.1"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-scheduler, namespace: kube-system}, spec: {containers: [{name: kube-scheduler, image: "registry.k8s.io/kube-scheduler:v1.31.2", command: [kube-scheduler, "--bind-address=0.0.0.0"]}]}}
"#,
    },
    remedy: "Set `--bind-address=127.0.0.1`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-controller-manager",
        flag: "bind-address",
        want: Want::Loopback,
        peers: &["KCV-0039", "C-0150"],
        wrong: "listens beyond loopback",
    },
    Flag {
        component: "kube-scheduler",
        flag: "bind-address",
        want: Want::Loopback,
        peers: &["KCV-0041", "C-0152"],
        wrong: "listens beyond loopback",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
