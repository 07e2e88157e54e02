//! Kubernetes version without support.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{component, minor};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-027",
        title: "Kubernetes version without support",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0273"],
        about: "Known flaws of the control plane and of kubelets stay open: each minor version is mended for about fourteen months. Upgrade to a minor version that is still mended, one after the other.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.35.1", command: [kube-apiserver, "--request-timeout=60s"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.24.2", command: [kube-apiserver, "--request-timeout=60s"]}]}}
"#,
    },
    remedy: "Upgrade to a minor version that is still mended, one after the other",
    look: Look::Container(look),
};

/// End of support by minor version, as the project publishes it ("Patch Releases").
const ENDS: &[(u32, &str)] = &[
    (28, "2024-10-28"),
    (29, "2025-02-28"),
    (30, "2025-06-28"),
    (31, "2025-10-28"),
    (32, "2026-02-28"),
    (33, "2026-06-28"),
    (34, "2026-10-27"),
];

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let Some(today) = found.settings().today.clone() else {
        return;
    };
    let is_part = component(container).is_some_and(|name| name != "etcd");
    let Some(minor) = minor(container).filter(|_| is_part) else {
        return;
    };
    let first = ENDS.first().map_or(0, |(first, _)| *first);
    let end = ENDS
        .iter()
        .find(|(known, _)| *known == minor)
        .map(|(_, end)| *end);
    let is_over = minor < first || end.is_some_and(|end| end < today.as_str());
    if is_over {
        let span = container
            .node
            .get("image")
            .map_or(container.span(), |image| image.span);
        let since = end.map(|end| format!(" since {end}")).unwrap_or_default();
        found.add(
            span,
            format!("Kubernetes 1.{minor} is without support{since}"),
        );
    }
}
