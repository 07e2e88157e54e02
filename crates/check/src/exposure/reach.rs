//! Whether NetworkPolicies let one workload reach another.

use std::collections::HashMap;

use super::address::{Reach as Range, reach};
use super::policy::Policies;
use super::select::{Labels, labels, selects};
use crate::manifest::node::Node;
use crate::manifest::object::{Object, Pod};
use crate::manifest::scope::Scope;

/// How one workload reaches another, narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Link {
    /// It does not.
    No,
    /// It depends on labels of a namespace that no manifest tells.
    Maybe,
    /// A rule names it.
    Named,
    /// A rule lets it through together with everything else.
    Wide,
    /// No policy is in the way.
    Open,
}

/// A workload with what is asked about it again and again.
pub(crate) struct Spot<'a> {
    /// Its pod.
    pub pod: Pod<'a>,
    labels: Labels<'a>,
    ingress: Vec<&'a Object>,
    egress: Vec<&'a Object>,
}

/// The workloads of a scope and the ways between them.
pub(crate) struct Map<'a> {
    /// Its workloads.
    pub spots: Vec<Spot<'a>>,
    /// Whether policies of other kinds have a say, which is not known here.
    pub foreign: bool,
    namespaces: HashMap<&'a str, Labels<'a>>,
}

impl<'a> Map<'a> {
    /// Every workload of `scope`.
    pub(crate) fn of(scope: &'a Scope) -> Self {
        let policies = Policies::of(scope);
        let namespaces = scope.objects.iter().filter(|one| one.kind() == "Namespace");
        let spots = scope
            .objects
            .iter()
            .filter_map(Object::pod)
            .filter(super::is_outermost)
            .map(|pod| Spot {
                labels: labels(pod.meta),
                ingress: policies.for_pod(&pod, "Ingress"),
                egress: policies.for_pod(&pod, "Egress"),
                pod,
            });
        Self {
            spots: spots.collect(),
            foreign: policies.is_foreign(),
            namespaces: namespaces
                .map(|one| (one.name(), labels(one.node.get("metadata"))))
                .collect(),
        }
    }

    /// How `from` reaches some port of `to`.
    pub(crate) fn link(&self, from: &Spot<'_>, to: &Spot<'_>) -> Link {
        let own_network = |spot: &Spot<'_>| spot.pod.spec.is_true("hostNetwork");
        let out = if own_network(from) {
            Link::Open
        } else {
            self.side(&from.egress, ("egress", "to"), from, to)
        };
        let into = if own_network(to) {
            Link::Open
        } else {
            self.side(&to.ingress, ("ingress", "from"), to, from)
        };
        let link = out.min(into);
        // Policies of other kinds may close what is open here.
        if self.foreign {
            link.min(Link::Maybe)
        } else {
            link
        }
    }

    /// What the policies of `own` say of `other`.
    fn side(
        &self,
        policies: &[&Object],
        (direction, peers): (&str, &str),
        own: &Spot<'_>,
        other: &Spot<'_>,
    ) -> Link {
        if policies.is_empty() {
            return Link::Open;
        }
        let rules = policies
            .iter()
            .flat_map(|policy| policy.spec().map_or(&[][..], |spec| spec.list(direction)));
        rules
            .map(|rule| match rule.list(peers) {
                [] => Link::Wide,
                all => {
                    let links = all.iter().map(|peer| self.peer(peer, own, other));
                    links.max().unwrap_or(Link::No)
                }
            })
            .max()
            .unwrap_or(Link::No)
    }

    fn peer(&self, peer: &Node, own: &Spot<'_>, other: &Spot<'_>) -> Link {
        if let Some(block) = peer.get("ipBlock") {
            let range = block.str_at("cidr").and_then(reach);
            return match range {
                Some(Range::All) => Link::Wide,
                Some(Range::Private) => Link::Maybe,
                _ => Link::No,
            };
        }
        let home = other.pod.object.namespace();
        let of_namespace = match peer.get("namespaceSelector") {
            None if home == own.pod.object.namespace() => Link::Wide,
            None => return Link::No,
            Some(selector) if selector.is_empty() => Link::Wide,
            Some(selector) => self.namespace(selector, home),
        };
        let of_pod = match peer.get("podSelector").filter(|one| !one.is_empty()) {
            None => Link::Wide,
            Some(selector) if selects(selector, &other.labels) => Link::Named,
            Some(_) => Link::No,
        };
        of_namespace.min(of_pod)
    }

    fn namespace(&self, selector: &Node, home: &str) -> Link {
        const NAME: &str = "kubernetes.io/metadata.name";
        let known = self.namespaces.get(home);
        let mut all = known.cloned().unwrap_or_default();
        all.insert(NAME, home);
        let by_name = selector
            .get("matchLabels")
            .is_some_and(|one| one.get(NAME).is_some());
        if selects(selector, &all) {
            Link::Wide
        } else if known.is_none() && !by_name {
            Link::Maybe
        } else {
            Link::No
        }
    }
}
