//! Policies of the cluster's administrator: AdminNetworkPolicy, its baseline, and the
//! ClusterNetworkPolicy that follows them.
//!
//! They close nothing by themselves. Who comes from outside of the cluster is nobody that
//! their ingress rules can name, so that only pods and controllers are concerned (Network
//! Policy API, "AdminNetworkPolicy").

use super::{Namespaces, Say};
use crate::exposure::entry::{Sender, Way};
use crate::exposure::policy::{Answer, is_controller, named_port};
use crate::exposure::select::{labels, selects};
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};

pub(super) fn says(object: &Object, pod: &Pod<'_>, way: &Way<'_>, all: &Namespaces<'_>) -> Say {
    let meant = subject(object, pod, all);
    let Some(spec) = object.spec().filter(|_| meant != Answer::No) else {
        return Say::NOTHING;
    };
    let mut say = Say::NOTHING;
    for rule in spec.list("ingress") {
        let matches = matches(rule, way, pod).min(meant);
        match rule.str_at("action") {
            Some("Allow" | "Accept") => say.admits = say.admits.max(matches),
            Some("Deny") if object.kind() == "BaselineAdminNetworkPolicy" => {
                // It holds where no NetworkPolicy selects the pod: as one that closes.
                say.closes = say.closes.max(matches);
            }
            Some("Deny") => {
                // Another one of a higher priority may allow it.
                let is_first = say.admits == Answer::No;
                let denies = if is_first {
                    matches
                } else {
                    matches.min(Answer::Maybe)
                };
                say.denies = say.denies.max(denies);
            }
            _ => {}
        }
        if matches == Answer::Yes {
            break;
        }
    }
    say
}

/// A baseline shuts a direction when its first rule refuses everybody.
pub(super) fn shuts(
    object: &Object,
    pod: &Pod<'_>,
    direction: &str,
    all: &Namespaces<'_>,
) -> Answer {
    let (key, peers) = match direction {
        "Ingress" => ("ingress", "from"),
        _ => ("egress", "to"),
    };
    let Some(first) = object.spec().and_then(|spec| spec.list(key).first()) else {
        return Answer::No;
    };
    let everybody = |peer: &Node| {
        peer.get("namespaces").is_some_and(Node::is_empty)
            || peer
                .list("networks")
                .iter()
                .any(|net| matches!(net.as_str(), Some("0.0.0.0/0" | "::/0")))
    };
    let refuses = first.str_at("action") == Some("Deny")
        && first.list("ports").is_empty()
        && first.list(peers).iter().any(everybody);
    match (subject(object, pod, all), refuses) {
        (Answer::No, _) => Answer::No,
        (meant, true) => meant,
        // It says something, and what that comes to is not followed.
        (_, false) => Answer::Maybe,
    }
}

fn subject(object: &Object, pod: &Pod<'_>, all: &Namespaces<'_>) -> Answer {
    let Some(subject) = object.spec().and_then(|spec| spec.get("subject")) else {
        return Answer::No;
    };
    let home = pod.object.namespace();
    if let Some(selector) = subject.get("namespaces") {
        return namespace(selector, home, all);
    }
    let Some(pods) = subject.get("pods") else {
        return Answer::No;
    };
    let of_pod = pods
        .get("podSelector")
        .is_none_or(|selector| selects(selector, &labels(pod.meta)));
    let of_namespace = pods
        .get("namespaceSelector")
        .map_or(Answer::Yes, |selector| namespace(selector, home, all));
    if of_pod { of_namespace } else { Answer::No }
}

fn namespace(selector: &Node, home: &str, all: &Namespaces<'_>) -> Answer {
    let known = all.get(home);
    let mut own = known.cloned().unwrap_or_default();
    own.insert("kubernetes.io/metadata.name", home);
    match (selects(selector, &own), known) {
        (true, _) => Answer::Yes,
        (false, Some(_)) => Answer::No,
        (false, None) => {
            let by_name = selector
                .get("matchLabels")
                .is_some_and(|one| one.get("kubernetes.io/metadata.name").is_some());
            if by_name { Answer::No } else { Answer::Maybe }
        }
    }
}

fn matches(rule: &Node, way: &Way<'_>, pod: &Pod<'_>) -> Answer {
    let ports = rule.list("ports");
    let is_port = ports.is_empty()
        || way.ports.is_empty()
        || ports
            .iter()
            .any(|port| way.ports.iter().any(|own| port_is(port, *own, pod)));
    if !is_port {
        return Answer::No;
    }
    let peers = rule.list("from").iter();
    let peers = peers.map(|peer| {
        let selector = peer
            .get("namespaces")
            .or_else(|| peer.at(&["pods", "namespaceSelector"]));
        match way.sender {
            Sender::Client(_) | Sender::Node => Answer::No,
            Sender::Pods => Answer::Yes,
            Sender::Controller => match selector {
                Some(selector) if selector.is_empty() => Answer::Yes,
                Some(selector) => {
                    let all = selector.get("matchLabels").into_iter();
                    let mut words = all.flat_map(Node::entries);
                    if words.any(|(key, value)| is_controller(key) || is_controller(value)) {
                        Answer::Yes
                    } else {
                        Answer::Maybe
                    }
                }
                None => Answer::No,
            },
        }
    });
    peers.max().unwrap_or(Answer::No)
}

fn port_is(port: &Node, own: u16, pod: &Pod<'_>) -> bool {
    let own = i64::from(own);
    if let Some(name) = port.str_at("namedPort") {
        return named_port(pod, name).is_some_and(|port| i64::from(port) == own);
    }
    if let Some(number) = port.get("portNumber") {
        return number.int_at("port").is_none_or(|port| port == own);
    }
    let range = port.get("portRange");
    let end = |key: &str, other: i64| range.and_then(|one| one.int_at(key)).unwrap_or(other);
    (end("start", 0)..=end("end", 65_535)).contains(&own)
}
