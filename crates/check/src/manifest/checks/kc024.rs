//! Kubelet without a limit of processes.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::kubelet;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-024",
        title: "Kubelet without a limit of processes",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["C-0284"],
        about: "One container that forks without end takes the node down. Set `podPidsLimit` and `seccompDefault: true`.",
        good: r"{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, podPidsLimit: 1024, seccompDefault: true}
",
        bad: r"{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, podPidsLimit: -1}
",
    },
    remedy: "Set `podPidsLimit` and `seccompDefault: true`",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(config) = kubelet(object) else {
        return;
    };
    if config.int_at("podPidsLimit").is_none_or(|limit| limit <= 0) {
        let span = config
            .get("podPidsLimit")
            .map_or(object.span(), |node| node.span);
        match config.get("podPidsLimit") {
            Some(node) => found.set(node, "4096"),
            None => found.insert(Some(config), "podPidsLimit", "4096"),
        }
        found.add(span, "the kubelet does not limit the processes of a pod");
    }
    if !config.is_true("seccompDefault") {
        let span = config
            .get("seccompDefault")
            .map_or(object.span(), |node| node.span);
        match config.get("seccompDefault") {
            Some(node) => found.set(node, "true"),
            None => found.insert(Some(config), "seccompDefault", "true"),
        }
        found.add_as(
            &[],
            span,
            "the kubelet starts pods without a seccomp profile",
        );
    }
}
