//! Audit log absent or short.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-010",
        title: "Audit log absent or short",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0019", "KCV-0020", "KCV-0021", "KCV-0022", "C-0067", "C-0130", "C-0131", "C-0132",
            "C-0133",
        ],
        about: "Without it nobody can tell who did what, and after a week nobody can either. Set `--audit-log-path`, `--audit-log-maxage=30`, `--audit-log-maxbackup=10` and `--audit-log-maxsize=100`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--audit-log-path=/var/log/a.log", "--audit-log-maxage=30", "--audit-log-maxbackup=10", "--audit-log-maxsize=100"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--audit-log-maxage=7"]}]}}
"#,
    },
    remedy: "Set `--audit-log-path`, `--audit-log-maxage=30`, `--audit-log-maxbackup=10` and `--audit-log-maxsize=100`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-apiserver",
        flag: "audit-log-path",
        want: Want::Set,
        peers: &["KCV-0019", "C-0067", "C-0130"],
        wrong: "writes no audit log",
    },
    Flag {
        component: "kube-apiserver",
        flag: "audit-log-maxage",
        want: Want::AtLeast(30),
        peers: &["KCV-0020", "C-0131"],
        wrong: "keeps its audit log less than 30 days",
    },
    Flag {
        component: "kube-apiserver",
        flag: "audit-log-maxbackup",
        want: Want::AtLeast(10),
        peers: &["KCV-0021", "C-0132"],
        wrong: "keeps fewer than 10 old audit logs",
    },
    Flag {
        component: "kube-apiserver",
        flag: "audit-log-maxsize",
        want: Want::AtLeast(100),
        peers: &["KCV-0022", "C-0133"],
        wrong: "rotates its audit log below 100 MB",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
