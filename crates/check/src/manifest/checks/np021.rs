//! Policy opens the way to kubelets, etcd or the API server.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-021",
        title: "Policy opens the way to kubelets, etcd or the API server",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0274"],
        about: "The rule names a port of the control plane or of kubelets and no pods: whoever breaks in talks to what commands the nodes. Name the pods that need it, and let nobody else through to ports 10250, 10255, 2379, 2380 and 6443.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, egress: [{to: [{podSelector: {matchLabels: {app: etcd}}}], ports: [{port: 2379}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 10250}]}]}}
",
    },
    remedy: "Name the pods that need it, and let nobody else through to ports 10250, 10255, 2379, 2380 and 6443",
    look: Look::Object(look),
};

/// Ports and what listens there.
const PORTS: &[(i64, &str)] = &[
    (2379, "etcd"),
    (2380, "etcd"),
    (6443, "the API server"),
    (10250, "kubelets"),
    (10255, "kubelets"),
];

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    // The system's own monitoring and controllers need these ports.
    if matches!(
        object.namespace(),
        "kube-system" | "monitoring" | "openshift-monitoring"
    ) {
        return;
    }
    for rule in object.spec().map_or(&[][..], |spec| spec.list("egress")) {
        let to = rule.list("to");
        let narrow = !to.is_empty() && to.iter().all(|peer| peer.get("ipBlock").is_none());
        if narrow {
            continue;
        }
        for port in rule.list("ports").iter().filter_map(|one| one.get("port")) {
            let known = PORTS
                .iter()
                .find(|(number, _)| port.as_int() == Some(*number));
            if let Some((number, what)) = known {
                found.add(
                    port.span,
                    format!(
                        "{} lets pods connect to port {number}, {what}",
                        object.title()
                    ),
                );
            }
        }
    }
}
