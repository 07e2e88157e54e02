//! What NetworkPolicies admit.

use std::collections::HashMap;

use super::address::{Reach, reach};
use super::entry::{Sender, Way};
use super::foreign::{Foreign, Namespaces, Say};
use super::select::{Index, labels, selects};
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};
use crate::manifest::scope::Scope;

/// Every NetworkPolicy of a scope, by namespace.
pub(crate) struct Policies<'a> {
    by_namespace: HashMap<&'a str, Vec<&'a Object>>,
    index: Index<'a>,
    /// Policies of other kinds.
    foreign: Vec<Foreign<'a>>,
    namespaces: Namespaces<'a>,
}

/// Whether a pod is closed in a direction with no rule to open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shut {
    /// Nothing may come in.
    pub ingress: bool,
    /// Nothing may go out.
    pub egress: bool,
}

/// Whether policies let something through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// They do not.
    No,
    /// It depends on addresses or labels that no manifest tells.
    Maybe,
    /// They do.
    Yes,
}

impl<'a> Policies<'a> {
    /// Every policy of `scope`.
    pub(crate) fn of(scope: &'a Scope) -> Self {
        let mut by_namespace: HashMap<&str, Vec<&Object>> = HashMap::new();
        let mut index = Index::default();
        let mut foreign = Vec::new();
        let mut namespaces = Namespaces::new();
        for object in &scope.objects {
            match (object.kind(), object.group()) {
                ("NetworkPolicy", "networking.k8s.io" | "extensions") => {
                    by_namespace
                        .entry(object.namespace())
                        .or_default()
                        .push(object);
                    let equal = object.node.at(&["spec", "podSelector", "matchLabels"]);
                    index.add(object, equal);
                }
                ("Namespace", "") => {
                    namespaces.insert(object.name(), labels(object.node.get("metadata")));
                }
                _ => foreign.extend(Foreign::of(object)),
            }
        }
        Self {
            by_namespace,
            index,
            foreign,
            namespaces,
        }
    }

    /// Whether there are policies of other kinds.
    pub(crate) fn is_foreign(&self) -> bool {
        !self.foreign.is_empty()
    }

    /// Policies that select `pod` for a direction, `Ingress` or `Egress`.
    pub(crate) fn for_pod(&self, pod: &Pod<'_>, direction: &str) -> Vec<&'a Object> {
        let labels = labels(pod.meta);
        let candidates = self.index.of(pod.object.namespace(), &labels);
        let selected = candidates.into_iter().filter(|policy| {
            let selector = policy.node.at(&["spec", "podSelector"]);
            has_direction(policy, direction)
                && selector.is_none_or(|selector| selects(selector, &labels))
        });
        selected.collect()
    }

    /// Whether some policy is about a direction of `pod`.
    pub(crate) fn limits(&self, pod: &Pod<'_>, direction: &str) -> bool {
        if pod.spec.is_true("hostNetwork") {
            return false;
        }
        let mut others = self.foreign.iter();
        !self.for_pod(pod, direction).is_empty()
            || others.any(|one| one.shuts(pod, direction, &self.namespaces) != Answer::No)
    }

    /// Policies of a namespace.
    pub(crate) fn of_namespace(&self, namespace: &str) -> &[&'a Object] {
        self.by_namespace.get(namespace).map_or(&[], Vec::as_slice)
    }

    /// In which directions nothing may pass.
    pub(crate) fn shut(&self, pod: &Pod<'_>) -> Shut {
        if pod.spec.is_true("hostNetwork") {
            return Shut::default();
        }
        let closed = |direction: &str, key: &str| {
            let policies = self.for_pod(pod, direction);
            let opens =
                |policy: &&Object| policy.spec().is_some_and(|spec| !spec.list(key).is_empty());
            let others = self.foreign.iter();
            let others = others.map(|one| one.shuts(pod, direction, &self.namespaces));
            let others: Vec<Answer> = others.collect();
            let shut = !policies.is_empty() || others.contains(&Answer::Yes);
            shut && !policies.iter().any(opens) && !others.contains(&Answer::Maybe)
        };
        Shut {
            ingress: closed("Ingress", "ingress"),
            egress: closed("Egress", "egress"),
        }
    }

    /// Whether the policies let the last step of `way` into `pod`.
    pub(crate) fn admits(&self, pod: &Pod<'_>, way: &Way<'_>) -> Answer {
        // Most plug-ins do not see traffic of pods on the node's network.
        if way.past_policies || pod.spec.is_true("hostNetwork") {
            return Answer::Yes;
        }
        let policies = self.for_pod(pod, "Ingress");
        let rules = policies
            .iter()
            .flat_map(|policy| policy.spec().map_or(&[][..], |spec| spec.list("ingress")));
        let own = Say {
            closes: if policies.is_empty() {
                Answer::No
            } else {
                Answer::Yes
            },
            admits: rules
                .map(|rule| admits(rule, way, pod))
                .max()
                .unwrap_or(Answer::No),
            denies: Answer::No,
        };
        let others = self.foreign.iter();
        others
            .map(|one| one.says(pod, way, &self.namespaces))
            .fold(own, Say::and)
            .verdict()
    }
}

/// Namespaces with policies of which none closes a direction for every pod, and the first policy.
pub(crate) fn default_deny<'a>(scope: &'a Scope, direction: &str) -> Vec<(&'a str, &'a Object)> {
    let policies = Policies::of(scope);
    let key = direction.to_ascii_lowercase();
    let denies = |policy: &Object| {
        let spec = policy.spec();
        let all = spec.is_some_and(|spec| spec.get("podSelector").is_none_or(Node::is_empty));
        all && has_direction(policy, direction)
            && spec.is_some_and(|spec| spec.list(&key).is_empty())
    };
    let mut open: Vec<(&str, &Object)> = Vec::new();
    for (namespace, own) in &policies.by_namespace {
        if let Some(first) = own
            .first()
            .filter(|_| !own.iter().any(|policy| denies(policy)))
        {
            open.push((namespace, first));
        }
    }
    open.sort_by_key(|(namespace, _)| *namespace);
    open
}

/// Whether a policy is about a direction. Without `policyTypes` it is about what comes in, and
/// about what goes out only if it says something about that.
pub(crate) fn has_direction(policy: &Object, direction: &str) -> bool {
    let spec = policy.spec();
    match spec.and_then(|spec| spec.get("policyTypes")) {
        Some(types) if !types.is_empty() => types
            .items()
            .iter()
            .any(|node| node.as_str() == Some(direction)),
        _ => direction == "Ingress" || spec.is_some_and(|spec| spec.get("egress").is_some()),
    }
}

fn admits(rule: &Node, way: &Way<'_>, pod: &Pod<'_>) -> Answer {
    if !ports_match(rule.list("ports"), &way.ports, pod) {
        return Answer::No;
    }
    let from = rule.list("from");
    if from.is_empty() {
        return Answer::Yes;
    }
    from.iter()
        .map(|peer| peer_admits(peer, way))
        .max()
        .unwrap_or(Answer::No)
}

/// Whether a rule is for one of the ports; no ports on either side are all ports.
fn ports_match(rules: &[Node], ports: &[u16], pod: &Pod<'_>) -> bool {
    rules.is_empty()
        || ports.is_empty()
        || rules
            .iter()
            .any(|rule| ports.iter().any(|port| port_matches(rule, *port, pod)))
}

fn port_matches(rule: &Node, port: u16, pod: &Pod<'_>) -> bool {
    let Some(first) = rule.get("port") else {
        return true;
    };
    match first.as_int() {
        Some(first) => {
            let last = rule.int_at("endPort").unwrap_or(first);
            (first..=last).contains(&i64::from(port))
        }
        None => named_port(pod, first.as_str().unwrap_or_default()) == Some(port),
    }
}

/// The port of a container of that name.
pub(super) fn named_port(pod: &Pod<'_>, name: &str) -> Option<u16> {
    let containers = pod.containers();
    let mut ports = containers
        .iter()
        .flat_map(|container| container.node.list("ports"));
    let port = ports
        .find(|port| port.str_at("name") == Some(name))?
        .int_at("containerPort")?;
    u16::try_from(port).ok()
}

fn peer_admits(peer: &Node, way: &Way<'_>) -> Answer {
    let block = peer
        .at(&["ipBlock", "cidr"])
        .and_then(Node::as_str)
        .and_then(reach);
    match (&way.sender, block) {
        // The address that a policy sees is the client's only if nothing translates it.
        (Sender::Client(_), Some(Reach::All)) => Answer::Yes,
        (Sender::Client(Reach::All | Reach::Some), Some(Reach::Some)) => Answer::Yes,
        (Sender::Client(Reach::Private), Some(Reach::Private)) => Answer::Yes,
        (Sender::Client(Reach::Private), Some(Reach::Some)) => Answer::Maybe,
        (Sender::Client(_), _) => Answer::No,
        // A node's own address: some private range, which one is not told.
        (Sender::Node | Sender::Controller, Some(Reach::All)) => Answer::Yes,
        (Sender::Node | Sender::Controller, Some(Reach::Private)) => Answer::Maybe,
        (Sender::Node, _) => Answer::No,
        (Sender::Controller, _) => controller(peer),
        (Sender::Pods, Some(Reach::All | Reach::Private)) => Answer::Yes,
        (Sender::Pods, Some(Reach::Some)) => Answer::No,
        (Sender::Pods, None) => Answer::Yes,
    }
}

/// Words in labels by which people select the namespace of an ingress controller.
const CONTROLLERS: &[&str] = &[
    "ingress", "nginx", "traefik", "gateway", "istio", "haproxy", "contour", "kong", "router",
    "envoy", "edge",
];

/// Whether a text is one by which people call what leads in from outside.
pub(super) fn is_controller(node: &Node) -> bool {
    node.as_str().is_some_and(|text| {
        let text = text.to_ascii_lowercase();
        CONTROLLERS.iter().any(|word| text.contains(word))
    })
}

/// Whether a peer lets an ingress controller in, which runs in another namespace.
fn controller(peer: &Node) -> Answer {
    let Some(selector) = peer.get("namespaceSelector") else {
        return Answer::No;
    };
    if selector.is_empty() {
        return Answer::Yes;
    }
    let words = is_controller;
    let pairs = selector
        .get("matchLabels")
        .into_iter()
        .flat_map(Node::entries);
    let listed = selector
        .list("matchExpressions")
        .iter()
        .flat_map(|one| one.list("values"));
    let named = pairs
        .into_iter()
        .any(|(key, value)| words(key) || words(value))
        || listed.into_iter().any(words);
    if named { Answer::Yes } else { Answer::Maybe }
}
