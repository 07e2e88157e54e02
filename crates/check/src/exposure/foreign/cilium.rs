//! Cilium's policies.
//!
//! Rules add up. A pod is closed in a direction once a policy with rules for it selects the
//! pod, unless `enableDefaultDeny` says no; a rule without anything matches nothing, deny
//! rules go before all others, and addresses never mean pods (Cilium documentation, "Layer 3
//! Policies", "Policy Enforcement Modes", "Deny Policies").

use super::Say;
use crate::exposure::address::{Reach, reach};
use crate::exposure::entry::{Sender, Way};
use crate::exposure::policy::{Answer, is_controller, named_port};
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};

/// Keys of a rule that say who is meant.
const FROM: &[&str] = &[
    "fromEndpoints",
    "fromEntities",
    "fromCIDR",
    "fromCIDRSet",
    "fromGroups",
    "fromNodes",
    "fromRequires",
];

const NAMESPACE: &str = "io.kubernetes.pod.namespace";

pub(super) fn says(object: &Object, pod: &Pod<'_>, way: &Way<'_>) -> Say {
    let mut all = Say::NOTHING;
    for spec in specs(object) {
        let selects = selects(object, spec, pod);
        if selects == Answer::No {
            continue;
        }
        let of = |key: &str| {
            let rules = spec.list(key).iter();
            let answers = rules.map(|rule| admits(rule, way, pod).min(selects));
            answers.max().unwrap_or(Answer::No)
        };
        all = all.and(Say {
            closes: closes(spec, "ingress").min(selects),
            admits: of("ingress"),
            denies: of("ingressDeny"),
        });
    }
    all
}

pub(super) fn shuts(object: &Object, pod: &Pod<'_>, direction: &str) -> Answer {
    let key = direction.to_ascii_lowercase();
    let mut shut = Answer::No;
    for spec in specs(object) {
        let selects = selects(object, spec, pod).min(closes(spec, &key));
        let opens = spec
            .list(&key)
            .iter()
            .any(|rule| rule.entries().next().is_some());
        shut = shut.max(if opens {
            selects.min(Answer::Maybe)
        } else {
            selects
        });
    }
    shut
}

fn specs(object: &Object) -> impl Iterator<Item = &Node> {
    let several = object.node.list("specs").iter();
    object.spec().into_iter().chain(several)
}

/// Whether a section closes a direction.
fn closes(spec: &Node, direction: &str) -> Answer {
    let rules = [direction.to_owned(), format!("{direction}Deny")];
    let has = rules.iter().any(|key| !spec.list(key).is_empty());
    let not = spec
        .at(&["enableDefaultDeny", direction])
        .and_then(Node::as_bool)
        == Some(false);
    if has && !not { Answer::Yes } else { Answer::No }
}

fn selects(object: &Object, spec: &Node, pod: &Pod<'_>) -> Answer {
    let cluster = object.kind() == "CiliumClusterwideNetworkPolicy";
    if !cluster && object.namespace() != pod.object.namespace() {
        return Answer::No;
    }
    // A policy of nodes has a nodeSelector instead.
    spec.get("endpointSelector")
        .map_or(Answer::No, |selector| matches(selector, pod))
}

/// Whether a selector of Cilium means a pod.
fn matches(selector: &Node, pod: &Pod<'_>) -> Answer {
    let pairs = selector
        .get("matchLabels")
        .into_iter()
        .flat_map(Node::entries);
    let mut answer = Answer::Yes;
    for (key, value) in pairs {
        let wanted = value.as_str().unwrap_or_default();
        let holds = |own: Option<&str>| own == Some(wanted);
        answer = answer.min(about(key, pod, holds));
    }
    for one in selector.list("matchExpressions") {
        let listed = |own: &str| {
            let mut values = one.list("values").iter();
            values.any(|value| value.as_str() == Some(own))
        };
        let holds = |own: Option<&str>| match one.str_at("operator") {
            Some("In") => own.is_some_and(listed),
            Some("NotIn") => !own.is_some_and(listed),
            Some("Exists") => own.is_some(),
            Some("DoesNotExist") => own.is_none(),
            _ => false,
        };
        let key = one.get("key").cloned().unwrap_or_default();
        answer = answer.min(about(&key, pod, holds));
    }
    answer
}

/// Whether a condition on one key holds for a pod.
fn about(key: &Node, pod: &Pod<'_>, holds: impl Fn(Option<&str>) -> bool) -> Answer {
    let key = bare(key.as_str().unwrap_or_default());
    let told = if key == NAMESPACE {
        holds(Some(pod.object.namespace()))
    } else if key.starts_with(NAMESPACE) || key.starts_with("io.cilium.") {
        return Answer::Maybe;
    } else {
        holds(pod.label(key))
    };
    if told { Answer::Yes } else { Answer::No }
}

fn bare(key: &str) -> &str {
    let plain = key
        .strip_prefix("k8s:")
        .or_else(|| key.strip_prefix("any:"));
    plain.unwrap_or(key)
}

fn admits(rule: &Node, way: &Way<'_>, pod: &Pod<'_>) -> Answer {
    let is_port = rule.list("toPorts").is_empty()
        || way.ports.is_empty()
        || rule
            .list("toPorts")
            .iter()
            .flat_map(|one| one.list("ports"))
            .any(|port| way.ports.iter().any(|own| port_is(port, *own, pod)));
    if !is_port {
        return Answer::No;
    }
    if FROM.iter().all(|key| rule.get(key).is_none()) {
        // Ports alone mean everybody, and nothing at all means nobody.
        let ports = !rule.list("toPorts").is_empty();
        return if ports { Answer::Yes } else { Answer::No };
    }
    let entities = rule.list("fromEntities").iter();
    let entities = entities.map(|one| entity(one.as_str().unwrap_or_default(), way));
    let addresses = rule
        .list("fromCIDR")
        .iter()
        .map(|one| block(Some(one), way));
    let sets = rule
        .list("fromCIDRSet")
        .iter()
        .map(|one| block(one.get("cidr"), way));
    let endpoints = rule.list("fromEndpoints").iter();
    let endpoints = endpoints.map(|one| endpoint(one, way));
    let groups = ["fromGroups", "fromNodes", "fromRequires"]
        .into_iter()
        .flat_map(|key| rule.list(key))
        .map(|_| Answer::Maybe);
    let all = entities.chain(addresses).chain(sets).chain(endpoints);
    all.chain(groups).max().unwrap_or(Answer::No)
}

fn port_is(port: &Node, own: u16, pod: &Pod<'_>) -> bool {
    let Some(first) = port.get("port") else {
        return true;
    };
    match first.as_int() {
        Some(0) => true,
        Some(first) => {
            let last = port.int_at("endPort").unwrap_or(first);
            (first..=last).contains(&i64::from(own))
        }
        None => named_port(pod, first.as_str().unwrap_or_default()) == Some(own),
    }
}

fn entity(name: &str, way: &Way<'_>) -> Answer {
    match (name, &way.sender) {
        ("all", _) => Answer::Yes,
        ("world" | "world-ipv4" | "world-ipv6", Sender::Client(_)) => Answer::Yes,
        // A node may keep the client's address, or put its own in its place.
        ("world" | "world-ipv4" | "world-ipv6", Sender::Node) => Answer::Maybe,
        ("cluster", Sender::Node | Sender::Controller | Sender::Pods) => Answer::Yes,
        ("host" | "remote-node", Sender::Node) => Answer::Yes,
        ("ingress", Sender::Controller) => Answer::Yes,
        _ => Answer::No,
    }
}

fn block(cidr: Option<&Node>, way: &Way<'_>) -> Answer {
    // A group of addresses is kept in another object.
    let Some(range) = cidr.and_then(Node::as_str).and_then(reach) else {
        return Answer::Maybe;
    };
    match (&way.sender, range) {
        (Sender::Client(_), Reach::All) => Answer::Yes,
        (Sender::Client(Reach::All | Reach::Some), Reach::Some) => Answer::Yes,
        (Sender::Client(Reach::Private), Reach::Private) => Answer::Yes,
        (Sender::Client(Reach::Private), Reach::Some) => Answer::Maybe,
        (Sender::Client(_), Reach::Private) => Answer::No,
        (Sender::Node, _) => Answer::Maybe,
        (Sender::Controller | Sender::Pods, _) => Answer::No,
    }
}

fn endpoint(selector: &Node, way: &Way<'_>) -> Answer {
    let pairs = || {
        let all = selector.get("matchLabels").into_iter();
        all.flat_map(Node::entries)
    };
    let is_world = pairs().any(|(key, _)| {
        let key = key.as_str().unwrap_or_default();
        key == "reserved:world" || key == "reserved:all"
    });
    match way.sender {
        _ if is_world => entity("world", way),
        Sender::Client(_) | Sender::Node => Answer::No,
        Sender::Pods => Answer::Yes,
        Sender::Controller => {
            let of_namespace =
                pairs().find(|(key, _)| bare(key.as_str().unwrap_or("")) == NAMESPACE);
            match of_namespace {
                Some((_, name)) if is_controller(name) => Answer::Yes,
                Some(_) => Answer::Maybe,
                // Without a namespace it means the policy's own, where controllers are not.
                None if selector.list("matchExpressions").is_empty() => Answer::No,
                None => Answer::Maybe,
            }
        }
    }
}
