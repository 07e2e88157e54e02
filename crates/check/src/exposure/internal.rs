//! What annotations say of who gets in: internal load balancers, and lists of addresses.

use super::address::{Reach, reach};
use crate::manifest::node::Node;
use crate::manifest::object::Object;

/// Annotations by which clouds make a load balancer internal, and the value that does.
const INTERNAL: &[(&str, &[&str])] = &[
    (
        "service.beta.kubernetes.io/aws-load-balancer-internal",
        &["true", "0.0.0.0/0"],
    ),
    (
        "service.beta.kubernetes.io/aws-load-balancer-scheme",
        &["internal"],
    ),
    (
        "service.beta.kubernetes.io/azure-load-balancer-internal",
        &["true"],
    ),
    (
        "networking.gke.io/load-balancer-type",
        &["Internal", "internal"],
    ),
    (
        "cloud.google.com/load-balancer-type",
        &["Internal", "internal"],
    ),
    (
        "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid",
        &[],
    ),
    (
        "service.beta.kubernetes.io/openstack-internal-load-balancer",
        &["true"],
    ),
    (
        "service.beta.kubernetes.io/oci-load-balancer-internal",
        &["true"],
    ),
    (
        "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type",
        &["intranet"],
    ),
    (
        "service.beta.kubernetes.io/do-loadbalancer-network",
        &["INTERNAL"],
    ),
    ("alb.ingress.kubernetes.io/scheme", &["internal"]),
];

/// Whether annotations make a Service's load balancer, an Ingress or a Gateway internal.
pub(crate) fn is_internal(object: &Object) -> bool {
    let annotation = |key: &str| object.node.at(&["metadata", "annotations", key]);
    let marked = INTERNAL.iter().any(|(key, values)| {
        annotation(key)
            .and_then(Node::as_str)
            .is_some_and(|value| values.is_empty() || values.contains(&value))
    });
    let class = annotation("kubernetes.io/ingress.class")
        .or_else(|| object.node.at(&["spec", "ingressClassName"]))
        .or_else(|| object.node.at(&["spec", "gatewayClassName"]))
        .and_then(Node::as_str)
        .unwrap_or_default();
    // An ALB is internal unless it is said to face the internet.
    let alb = class == "alb"
        && annotation("alb.ingress.kubernetes.io/scheme").and_then(Node::as_str)
            != Some("internet-facing");
    // GKE's regional class for private networks is `gke-l7-rilb`.
    marked
        || alb
        || class.contains("internal")
        || class.contains("private")
        || class.contains("-rilb")
}

/// Whether annotations let only private addresses in.
pub(crate) fn is_narrowed(object: &Object) -> bool {
    let keys = [
        "nginx.ingress.kubernetes.io/whitelist-source-range",
        "nginx.ingress.kubernetes.io/allowlist-source-range",
        "haproxy.router.openshift.io/ip_whitelist",
        "alb.ingress.kubernetes.io/inbound-cidrs",
    ];
    let given = keys
        .into_iter()
        .find_map(|key| object.node.at(&["metadata", "annotations", key]))
        .and_then(Node::as_str);
    given.is_some_and(|list| {
        let ranges: Vec<Option<Reach>> = list
            .split([',', ' '])
            .filter(|one| !one.trim().is_empty())
            .map(reach)
            .collect();
        !ranges.is_empty() && ranges.iter().all(|range| *range == Some(Reach::Private))
    })
}
