//! Service exposes more than intended.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-017",
        title: "Service exposes more than intended",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0108",
            "ks:service-type",
            "kl:exposed-services",
            "C-0283",
        ],
        about: "Node ports and load balancers open the service to whoever reaches the nodes; an external address can even take over traffic that was meant for somebody else. Use ClusterIP behind an Ingress or Gateway, or name the allowed ranges in `loadBalancerSourceRanges`.",
        good: r"{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: ClusterIP, ports: [{port: 80}]}}
",
        bad: r"{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {externalIPs: [203.0.113.7], ports: [{port: 80}]}}
",
    },
    remedy: "Use ClusterIP behind an Ingress or Gateway, or name the allowed ranges in `loadBalancerSourceRanges`",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    let Some(spec) = object
        .spec()
        .filter(|_| object.kind() == "Service" && object.group().is_empty())
    else {
        return;
    };
    if let Some(node) = spec.get("externalIPs").filter(|node| !node.is_empty()) {
        found.add_as(
            &["KSV-0108", "C-0283"],
            node.span,
            format!("{} takes external addresses", object.title()),
        );
    }
    let Some(kind) = spec.get("type") else { return };
    match kind.as_str() {
        Some("NodePort") => found.add_as(
            &["ks:service-type", "kl:exposed-services"],
            kind.span,
            format!("{} opens a port on every node", object.title()),
        ),
        Some("LoadBalancer")
            if spec.list("loadBalancerSourceRanges").is_empty()
                && !crate::exposure::is_internal(object) =>
        {
            found.add_as(
                &["kl:exposed-services"],
                kind.span,
                format!("{} has a load balancer for every address", object.title()),
            );
        }
        _ => {}
    }
}
