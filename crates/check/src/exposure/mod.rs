//! From where a workload can be reached, told by manifests alone, with the path that proves it.
//!
//! Entry points (load balancers, node ports, ingresses, gateways, routes, host networks) lead
//! through Services to pods; NetworkPolicies take edges away. The strongest edge that is left
//! gives the [`Class`]. Policies add up and have no order; a pod is closed in a direction once
//! any policy selects it for that direction (Kubernetes documentation, "Network Policies").
//!
//! What manifests cannot tell is said in [`Exposure::assumes`], never guessed in silence:
//! whether the network plug-in enforces policies, and whether nodes have public addresses.

mod address;
mod entry;
mod foreign;
mod internal;
mod policy;
mod reach;
mod select;

use std::collections::BTreeMap;

use lazaret_model::Gap;

use crate::manifest::node::{Node, Span};
use crate::manifest::object::{Object, Pod};
use crate::manifest::scope::Scope;
use crate::{Source, manifest};

pub(crate) use address::within;
pub(crate) use internal::is_internal;
pub(crate) use policy::{Policies, default_deny};
pub(crate) use reach::{Link, Map};
pub(crate) use select::{is_subset, labels, pod_labels, selects};

/// From where a workload can be reached, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// From nowhere, and it reaches nothing.
    Isolated,
    /// From pods of the cluster, or from none while it may reach out itself.
    Cluster,
    /// From private networks outside of the cluster.
    Intranet,
    /// It depends on something that the manifests do not tell.
    Unknown,
    /// From anywhere.
    Internet,
}

impl Class {
    /// Every class, weakest first.
    pub const ALL: [Self; 5] = [
        Self::Isolated,
        Self::Cluster,
        Self::Intranet,
        Self::Unknown,
        Self::Internet,
    ];

    /// The name used in reports and policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Cluster => "cluster",
            Self::Intranet => "intranet",
            Self::Unknown => "unknown",
            Self::Internet => "internet",
        }
    }
}

/// One step of the path from outside to a workload.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// What it is: `the internet`, `Service shop/web port 80`.
    pub what: String,
    /// The file it stands in; empty for what stands in none.
    pub path: String,
    /// Its line, from 1; 0 for what stands in no file.
    pub line: u32,
}

/// From where one workload can be reached.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exposure {
    /// `Kind`, as in the manifest.
    pub kind: String,
    /// Its namespace; `default` when none is written.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The strongest way in.
    pub class: Class,
    /// The way, from outside to the workload.
    pub path: Vec<Step>,
    /// Ports of the pod that are reached that way; empty for all.
    pub ports: Vec<u16>,
    /// Images of its containers, as written.
    pub images: Vec<String>,
    /// What was taken for granted.
    pub assumes: Vec<String>,
    /// Whether some policy says who may come in.
    pub limits_ingress: bool,
    /// Whether some policy says where it may connect to.
    pub limits_egress: bool,
    /// Where the workload stands.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
}

/// The exposure of every workload in `sources`, ordered by namespace, kind and name, and what
/// could not be read.
///
/// Files that are no Kubernetes manifests are passed over. Deterministic; no clock, no network.
#[must_use]
pub fn exposures(sources: &[Source]) -> (Vec<Exposure>, Vec<Gap>) {
    let files: Vec<&Source> = sources
        .iter()
        .filter(|source| (manifest::LANGUAGE.claims)(source))
        .collect();
    let (scopes, gaps) = manifest::scopes(&files);
    let mut all: Vec<Exposure> = scopes
        .iter()
        .flat_map(|scope| of_scope(scope, &files))
        .collect();
    all.sort_by(|a, b| {
        (&a.namespace, &a.kind, &a.name, &a.file).cmp(&(&b.namespace, &b.kind, &b.name, &b.file))
    });
    all.dedup();
    (all, gaps)
}

/// How many workloads of a namespace policies limit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// The namespace.
    pub namespace: String,
    /// Its workloads.
    pub workloads: usize,
    /// Those of them with a policy about what comes in.
    pub ingress: usize,
    /// Those with a policy about what goes out.
    pub egress: usize,
    /// Those with both.
    pub both: usize,
}

/// The coverage of every namespace, ordered by name.
#[must_use]
pub fn coverage(workloads: &[Exposure]) -> Vec<Coverage> {
    let mut all: BTreeMap<&str, Coverage> = BTreeMap::new();
    for one in workloads {
        let of = all.entry(&one.namespace).or_insert_with(|| Coverage {
            namespace: one.namespace.clone(),
            workloads: 0,
            ingress: 0,
            egress: 0,
            both: 0,
        });
        of.workloads += 1;
        of.ingress += usize::from(one.limits_ingress);
        of.egress += usize::from(one.limits_egress);
        of.both += usize::from(one.limits_ingress && one.limits_egress);
    }
    all.into_values().collect()
}

/// The exposure of every workload of one scope.
pub(crate) fn of_scope(scope: &Scope, files: &[&Source]) -> Vec<Exposure> {
    let policies = Policies::of(scope);
    let entries = entry::entries(scope);
    let pods = scope
        .objects
        .iter()
        .filter_map(Object::pod)
        .filter(is_outermost);
    pods.map(|pod| judge(&pod, &entries, &policies, files))
        .collect()
}

/// Every workload of a scope with its exposure, for checks; computed once.
pub(crate) fn classes(scope: &Scope) -> impl Iterator<Item = (&Object, &Exposure)> {
    let known = scope.exposures.get_or_init(|| {
        let policies = Policies::of(scope);
        let entries = entry::entries(scope);
        let pods = scope.objects.iter().enumerate();
        let pods = pods.filter_map(|(at, object)| Some((at, object.pod()?)));
        pods.filter(|(_, pod)| is_outermost(pod))
            .map(|(at, pod)| (at, judge(&pod, &entries, &policies, &[])))
            .collect()
    });
    let all = known.iter();
    all.filter_map(|(at, exposure)| Some((scope.objects.get(*at)?, exposure)))
}

/// What somebody declared: the label or annotation `exposure` of the workload or its pods.
pub(crate) fn declared(object: &Object) -> Option<Class> {
    let own = ["labels", "annotations"]
        .into_iter()
        .find_map(|all| object.node.at(&["metadata", all, "exposure"]));
    let word = own
        .and_then(Node::as_str)
        .or_else(|| object.pod().and_then(|pod| pod.label("exposure")))?;
    [
        Class::Isolated,
        Class::Cluster,
        Class::Intranet,
        Class::Internet,
    ]
    .into_iter()
    .find(|class| class.name() == word)
}

/// Objects that a controller made are judged through the controller.
fn is_outermost(pod: &Pod<'_>) -> bool {
    pod.object
        .node
        .at(&["metadata", "ownerReferences"])
        .is_none_or(Node::is_empty)
}

fn judge(
    pod: &Pod<'_>,
    entries: &entry::Entries<'_>,
    policies: &Policies<'_>,
    files: &[&Source],
) -> Exposure {
    let step = |what: String, span: Span| {
        let path = files
            .get(span.file as usize)
            .filter(|_| span.line != 0)
            .map(|file| file.path.clone());
        Step {
            what,
            path: path.unwrap_or_default(),
            line: span.line,
        }
    };
    let mut best: Option<(Class, entry::Way<'_>)> = None;
    for way in entries.to(pod) {
        let class = match policies.admits(pod, &way) {
            policy::Answer::Yes => way.class,
            // What may be open to pods alone is not open to more than pods.
            policy::Answer::Maybe if way.class <= Class::Cluster => way.class,
            policy::Answer::Maybe => Class::Unknown,
            policy::Answer::No => continue,
        };
        if best.as_ref().is_none_or(|(known, _)| class > *known) {
            best = Some((class, way));
        }
    }
    let mut assumes = Vec::new();
    let shut = policies.shut(pod);
    let (class, path, ports) = match best {
        Some((class, way)) => {
            assumes.extend(way.assumes.clone());
            let mut path = vec![step(way.from.to_owned(), Span::default())];
            path.extend(
                way.steps
                    .iter()
                    .map(|(what, span)| step(what.clone(), *span)),
            );
            (class, path, way.ports.clone())
        }
        None if shut.ingress && shut.egress => {
            assumes.push("the network plug-in enforces NetworkPolicy".to_owned());
            (Class::Isolated, Vec::new(), Vec::new())
        }
        None => (
            Class::Cluster,
            vec![step("pods of the cluster".to_owned(), Span::default())],
            Vec::new(),
        ),
    };
    if policies.is_foreign() && class != Class::Internet {
        assumes.push("the cluster runs the plug-in that its policies are written for".to_owned());
    }
    let span = pod.object.span();
    let mut path = path;
    if !path.is_empty() {
        path.push(step(pod.object.title(), span));
    }
    Exposure {
        kind: pod.object.kind().to_owned(),
        namespace: pod.object.namespace().to_owned(),
        name: pod.object.name().to_owned(),
        class,
        path,
        ports,
        images: pod
            .containers()
            .iter()
            .filter_map(|one| one.node.str_at("image"))
            .map(str::to_owned)
            .collect(),
        assumes,
        limits_ingress: policies.limits(pod, "Ingress"),
        limits_egress: policies.limits(pod, "Egress"),
        file: files
            .get(span.file as usize)
            .map(|file| file.path.clone())
            .unwrap_or_default(),
        line: span.line,
    }
}
