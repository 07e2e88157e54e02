//! API server answers strangers.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{Flag, Want, flags};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-004",
        title: "API server answers strangers",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["KCV-0001", "C-0113"],
        about: "Requests without a name are answered; one role bound by mistake to the unauthenticated group opens the cluster. Set `--anonymous-auth=false`, or limit it to health paths with an AuthenticationConfiguration.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--anonymous-auth=false"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.31.2", command: [kube-apiserver, "--anonymous-auth=true"]}]}}
"#,
    },
    remedy: "Set `--anonymous-auth=false`, or limit it to health paths with an AuthenticationConfiguration",
    look: Look::Container(look),
};

const FLAGS: &[Flag] = &[Flag {
    component: "kube-apiserver",
    flag: "anonymous-auth",
    want: Want::Is("false"),
    peers: &["KCV-0001", "C-0113"],
    wrong: "does not set `--anonymous-auth=false`",
}];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    flags(container, FLAGS, found);
}
