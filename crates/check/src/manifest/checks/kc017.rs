//! Controller manager settings.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-017",
        title: "Controller manager settings",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &[
            "KCV-0033", "KCV-0035", "KCV-0036", "KCV-0037", "KCV-0038", "C-0144", "C-0146",
            "C-0147", "C-0148", "C-0149",
        ],
        about: "One set of credentials for every controller, tokens without an authority, certificates that are never renewed. Set `--use-service-account-credentials=true`, `--service-account-private-key-file`, `--root-ca-file` and `--terminated-pod-gc-threshold`.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-controller-manager, namespace: kube-system}, spec: {containers: [{name: kube-controller-manager, image: "registry.k8s.io/kube-controller-manager:v1.31.2", command: [kube-controller-manager, "--terminated-pod-gc-threshold=1000", "--use-service-account-credentials=true", "--service-account-private-key-file=/sa.key", "--root-ca-file=/ca.crt"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-controller-manager, namespace: kube-system}, spec: {containers: [{name: kube-controller-manager, image: "registry.k8s.io/kube-controller-manager:v1.31.2", command: [kube-controller-manager, "--use-service-account-credentials=false"]}]}}
"#,
    },
    remedy: "Set `--use-service-account-credentials=true`, `--service-account-private-key-file`, `--root-ca-file` and `--terminated-pod-gc-threshold`",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[
    Flag {
        component: "kube-controller-manager",
        flag: "terminated-pod-gc-threshold",
        want: Want::Set,
        peers: &["KCV-0033", "C-0144"],
        wrong: "sets no threshold for ended pods",
    },
    Flag {
        component: "kube-controller-manager",
        flag: "use-service-account-credentials",
        want: Want::Is("true"),
        peers: &["KCV-0035", "C-0146"],
        wrong: "runs every controller with the same credentials",
    },
    Flag {
        component: "kube-controller-manager",
        flag: "service-account-private-key-file",
        want: Want::Set,
        peers: &["KCV-0036", "C-0147"],
        wrong: "has no key to sign service account tokens",
    },
    Flag {
        component: "kube-controller-manager",
        flag: "root-ca-file",
        want: Want::Set,
        peers: &["KCV-0037", "C-0148"],
        wrong: "gives pods no authority to verify the API server with",
    },
    Flag {
        component: "kube-controller-manager",
        flag: "feature-gates",
        want: Want::Lacks("RotateKubeletServerCertificate=false"),
        peers: &["KCV-0038", "C-0149"],
        wrong: "does not renew the certificates of kubelets",
    },
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
