//! Ways from outside to pods: what opens a port to whom, and through which Service.

use std::collections::HashMap;

use super::Class;
use super::address::{Reach, reach};
use super::internal::{is_internal, is_narrowed};
use super::policy::named_port;
use super::select::{Index, Labels, is_subset, labels};
use crate::manifest::node::{Node, Span};
use crate::manifest::object::{Object, Pod};
use crate::manifest::scope::Scope;

/// Who a policy sees as the sender of the last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The client itself.
    Client(Reach),
    /// A node, which put its own address in place of the client's.
    Node,
    /// An ingress controller or gateway: a pod of another namespace.
    Controller,
    /// Any pod.
    Pods,
}

/// One way to a pod.
#[derive(Debug, Clone)]
pub(crate) struct Way<'a> {
    /// Whom it serves.
    pub class: Class,
    /// Where it begins.
    pub from: &'static str,
    /// What it leads through, without the workload.
    pub steps: Vec<(String, Span)>,
    /// Ports of the pod; empty for all.
    pub ports: Vec<u16>,
    /// Who the policy sees.
    pub sender: Sender,
    /// Whether policies do not apply.
    pub past_policies: bool,
    /// What is taken for granted.
    pub assumes: Vec<String>,
    /// The namespace that the way leads into.
    pub namespace: &'a str,
}

/// A way that ends at a Service.
struct Front<'a> {
    way: Way<'a>,
    /// The port of the Service, by number or name; `None` for all.
    port: Option<&'a Node>,
}

/// Everything that leads into a scope.
pub(crate) struct Entries<'a> {
    services: Index<'a>,
    /// What slices and Endpoints list behind a Service without a selector, by namespace and
    /// the Service's name.
    listed: HashMap<(&'a str, &'a str), Vec<&'a Node>>,
    fronts: HashMap<(&'a str, &'a str), Vec<Front<'a>>>,
}

const INTERNET: &str = "the internet";
const INTRANET: &str = "private networks";

/// Everything that leads into `scope`.
pub(crate) fn entries(scope: &Scope) -> Entries<'_> {
    let mut entries = Entries {
        services: Index::default(),
        listed: HashMap::new(),
        fronts: HashMap::new(),
    };
    let gateways: HashMap<(&str, &str), &Object> = scope
        .objects
        .iter()
        .filter(|object| object.kind() == "Gateway")
        .map(|object| ((object.namespace(), object.name()), object))
        .collect();
    for object in &scope.objects {
        match (object.kind(), object.group()) {
            ("Service", "") => entries.service(object),
            ("Ingress", _) => entries.ingress(object),
            ("HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute", _) => {
                entries.route(object, &gateways)
            }
            ("VirtualService", "networking.istio.io") => entries.virtual_service(object, &gateways),
            ("Route", "route.openshift.io") => entries.openshift(object),
            ("EndpointSlice", "discovery.k8s.io") => entries.slice(object),
            ("Endpoints", "") => entries.endpoints(object),
            _ => {}
        }
    }
    entries
}

impl<'a> Entries<'a> {
    /// Every way to `pod`, the plain one from other pods last.
    pub(crate) fn to(&self, pod: &Pod<'a>) -> Vec<Way<'a>> {
        let namespace = pod.object.namespace();
        let own = labels(pod.meta);
        let mut ways = host_ways(pod);
        for service in self.services.of(namespace, &own) {
            let is_behind = match has_selector(service) {
                true => is_selected(service, &own),
                false => self.is_listed(service, pod),
            };
            if !is_behind {
                continue;
            }
            for front in self
                .fronts
                .get(&(namespace, service.name()))
                .into_iter()
                .flatten()
            {
                let mut way = front.way.clone();
                way.ports = target_ports(service, front.port, pod);
                if way
                    .steps
                    .last()
                    .is_none_or(|(_, span)| *span != service.span())
                {
                    way.steps.push((service.title(), service.span()));
                }
                ways.push(way);
            }
        }
        ways.push(Way {
            class: Class::Cluster,
            from: "pods of the cluster",
            steps: Vec::new(),
            ports: Vec::new(),
            sender: Sender::Pods,
            past_policies: false,
            assumes: Vec::new(),
            namespace,
        });
        ways
    }

    /// Endpoints that somebody writes by hand, for a Service without a selector.
    fn slice(&mut self, object: &'a Object) {
        let service = object
            .node
            .at(&["metadata", "labels", "kubernetes.io/service-name"]);
        if let Some(service) = service.and_then(Node::as_str) {
            let all = self.listed.entry((object.namespace(), service));
            all.or_default().extend(object.node.list("endpoints"));
        }
    }

    fn endpoints(&mut self, object: &'a Object) {
        let subsets = object.node.list("subsets").iter();
        let addresses = subsets.flat_map(|one| one.list("addresses"));
        let all = self.listed.entry((object.namespace(), object.name()));
        all.or_default().extend(addresses);
    }

    /// Whether a pod is among what is listed for a Service, by its name or its address.
    fn is_listed(&self, service: &Object, pod: &Pod<'_>) -> bool {
        let listed = self.listed.get(&(service.namespace(), service.name()));
        let address = pod.object.node.at(&["status", "podIP"]);
        let address = address.and_then(Node::as_str);
        listed.into_iter().flatten().any(|one| {
            let target = one.get("targetRef");
            let by_name = target.is_some_and(|target| {
                target.str_at("kind").is_none_or(|kind| kind == "Pod")
                    && target.str_at("name") == Some(pod.object.name())
                    && pod.object.kind() == "Pod"
            });
            let mut addresses = one.list("addresses").iter().chain(one.get("ip"));
            by_name || address.is_some() && addresses.any(|one| one.as_str() == address)
        })
    }

    fn front(&mut self, service: &'a str, way: Way<'a>, port: Option<&'a Node>) {
        self.fronts
            .entry((way.namespace, service))
            .or_default()
            .push(Front { way, port });
    }

    fn service(&mut self, object: &'a Object) {
        self.services
            .add(object, object.node.at(&["spec", "selector"]));
        let Some(spec) = object.spec() else { return };
        let kind = spec.str_at("type").unwrap_or("ClusterIP");
        let local = spec.str_at("externalTrafficPolicy") == Some("Local");
        let steps = vec![(format!("{} ({kind})", object.title()), object.span())];
        let base = |class: Class, reach: Reach| Way {
            class,
            from: if class == Class::Internet {
                INTERNET
            } else {
                INTRANET
            },
            steps: steps.clone(),
            ports: Vec::new(),
            sender: if local {
                Sender::Client(reach)
            } else {
                Sender::Node
            },
            past_policies: false,
            assumes: Vec::new(),
            namespace: object.namespace(),
        };
        let addresses = spec
            .list("externalIPs")
            .iter()
            .filter_map(Node::as_str)
            .filter_map(reach);
        if let Some(widest) = addresses.max() {
            let way = if widest > Reach::Private {
                base(Class::Internet, Reach::All)
            } else {
                base(Class::Intranet, Reach::Private)
            };
            self.front(object.name(), way, None);
        }
        if kind == "LoadBalancer" {
            let ranges = spec
                .list("loadBalancerSourceRanges")
                .iter()
                .filter_map(Node::as_str)
                .filter_map(reach)
                .max();
            let reach = ranges.unwrap_or(Reach::All);
            let inside = is_internal(object) || reach == Reach::Private;
            let way = if inside {
                base(Class::Intranet, Reach::Private)
            } else {
                base(Class::Internet, reach)
            };
            self.front(object.name(), way, None);
        }
        if kind == "NodePort" {
            let mut way = base(Class::Intranet, Reach::Private);
            way.assumes.push("nodes have no public address".to_owned());
            self.front(object.name(), way, None);
        }
    }

    fn ingress(&mut self, object: &'a Object) {
        let Some(spec) = object.spec() else { return };
        let mut backends: Vec<&Node> = ["defaultBackend", "backend"]
            .into_iter()
            .filter_map(|key| spec.get(key))
            .collect();
        for rule in spec.list("rules") {
            backends.extend(
                rule.get("http")
                    .map_or(&[][..], |http| http.list("paths"))
                    .iter()
                    .filter_map(|path| path.get("backend")),
            );
        }
        for backend in backends {
            let modern = backend.get("service");
            let name = modern
                .and_then(|service| service.str_at("name"))
                .or_else(|| backend.str_at("serviceName"));
            let port = modern
                .and_then(|service| service.get("port"))
                .and_then(|port| port.get("number").or_else(|| port.get("name")));
            if let Some(name) = name {
                let way = behind(
                    object,
                    object.namespace(),
                    is_internal(object) || is_narrowed(object),
                );
                self.front(name, way, port.or_else(|| backend.get("servicePort")));
            }
        }
    }

    fn route(&mut self, object: &'a Object, gateways: &HashMap<(&str, &str), &'a Object>) {
        let Some(spec) = object.spec() else { return };
        let parents = spec.list("parentRefs").iter().map(|parent| {
            let namespace = parent.str_at("namespace").unwrap_or(object.namespace());
            gateways
                .get(&(namespace, parent.str_at("name").unwrap_or_default()))
                .copied()
        });
        let parents: Vec<Option<&Object>> = parents.collect();
        // A route without a gateway leads nowhere; one whose gateway is elsewhere may lead anywhere.
        let Some(widest) = parents
            .iter()
            .min_by_key(|parent| parent.is_some_and(is_private_gateway))
        else {
            return;
        };
        for backend in spec
            .list("rules")
            .iter()
            .flat_map(|rule| rule.list("backendRefs"))
        {
            let namespace = backend.str_at("namespace").unwrap_or(object.namespace());
            if let Some(name) = backend
                .str_at("name")
                .filter(|_| matches!(backend.str_at("kind"), None | Some("Service")))
            {
                let mut way = behind(object, namespace, widest.is_some_and(is_private_gateway));
                match widest {
                    Some(gateway) => way.steps.insert(0, (gateway.title(), gateway.span())),
                    None => way
                        .assumes
                        .push("the gateway, which is in no file, faces the internet".to_owned()),
                }
                self.front(name, way, backend.get("port"));
            }
        }
    }

    fn virtual_service(
        &mut self,
        object: &'a Object,
        gateways: &HashMap<(&str, &str), &'a Object>,
    ) {
        let Some(spec) = object.spec() else { return };
        let named = spec
            .list("gateways")
            .iter()
            .filter_map(Node::as_str)
            .find(|name| *name != "mesh");
        let Some(named) = named else { return };
        let (namespace, name) = named.split_once('/').unwrap_or((object.namespace(), named));
        let gateway = gateways.get(&(namespace, name)).copied();
        let routes = ["http", "tls", "tcp"]
            .into_iter()
            .flat_map(|kind| spec.list(kind))
            .flat_map(|rule| rule.list("route"));
        for destination in routes.filter_map(|route| route.get("destination")) {
            let host = destination.str_at("host").unwrap_or_default();
            let mut parts = host.split('.');
            let service = parts.next().unwrap_or_default();
            let home = parts.next().unwrap_or(object.namespace());
            let mut way = behind(object, home, gateway.is_some_and(is_private_gateway));
            if let Some(gateway) = gateway {
                way.steps.insert(0, (gateway.title(), gateway.span()));
            }
            self.front(
                service,
                way,
                destination.get("port").and_then(|port| port.get("number")),
            );
        }
    }

    fn openshift(&mut self, object: &'a Object) {
        let Some(spec) = object.spec() else { return };
        if let Some(name) = spec.at(&["to", "name"]).and_then(Node::as_str) {
            let inside = spec
                .str_at("host")
                .is_some_and(|host| host.ends_with(".svc.cluster.local"));
            let way = behind(object, object.namespace(), inside || is_narrowed(object));
            self.front(
                name,
                way,
                spec.get("port").and_then(|port| port.get("targetPort")),
            );
        }
    }
}

/// A way through an ingress controller or gateway.
fn behind<'a>(object: &'a Object, namespace: &'a str, inside: bool) -> Way<'a> {
    Way {
        class: if inside {
            Class::Intranet
        } else {
            Class::Internet
        },
        from: if inside { INTRANET } else { INTERNET },
        steps: vec![(object.title(), object.span())],
        ports: Vec::new(),
        sender: Sender::Controller,
        past_policies: false,
        assumes: Vec::new(),
        namespace,
    }
}

fn is_private_gateway(gateway: &Object) -> bool {
    let addresses = gateway
        .spec()
        .map_or(&[][..], |spec| spec.list("addresses"));
    let private = |address: &Node| address.str_at("value").and_then(reach) == Some(Reach::Private);
    is_internal(gateway) || (!addresses.is_empty() && addresses.iter().all(private))
}

fn has_selector(service: &Object) -> bool {
    let selector = service.node.at(&["spec", "selector"]);
    selector.is_some_and(|selector| !selector.is_empty())
}

fn is_selected(service: &Object, labels: &Labels<'_>) -> bool {
    let selector = service.node.at(&["spec", "selector"]);
    selector.is_some_and(|selector| !selector.is_empty() && is_subset(selector, labels))
}

/// Ports of the pod behind a Service's port.
fn target_ports(service: &Object, port: Option<&Node>, pod: &Pod<'_>) -> Vec<u16> {
    let named = |one: &Node, wanted: &Node| {
        one.int_at("port")
            .is_some_and(|number| wanted.as_int() == Some(number))
            || one
                .str_at("name")
                .is_some_and(|name| wanted.as_str() == Some(name))
    };
    let all = service.spec().map_or(&[][..], |spec| spec.list("ports"));
    let wanted = all
        .iter()
        .filter(|one| port.is_none_or(|wanted| named(one, wanted)));
    let mut ports: Vec<u16> = wanted
        .filter_map(|one| {
            let target = one.get("targetPort").or_else(|| one.get("port"))?;
            match target.as_int() {
                Some(number) => u16::try_from(number).ok(),
                None => named_port(pod, target.as_str()?),
            }
        })
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Ways over the node's own addresses.
fn host_ways<'a>(pod: &Pod<'a>) -> Vec<Way<'a>> {
    let mut ways = Vec::new();
    let mut add = |what: &str, span: Span, ports: Vec<u16>| {
        ways.push(Way {
            class: Class::Intranet,
            from: INTRANET,
            steps: vec![(what.to_owned(), span)],
            ports,
            sender: Sender::Node,
            past_policies: true,
            assumes: vec!["nodes have no public address".to_owned()],
            namespace: pod.object.namespace(),
        });
    };
    if let Some(node) = pod
        .spec
        .get("hostNetwork")
        .filter(|node| node.as_bool() == Some(true))
    {
        add("the node's network (hostNetwork)", node.span, Vec::new());
    }
    for container in pod.containers() {
        for port in container.node.list("ports") {
            let Some(host) = port
                .get("hostPort")
                .filter(|host| host.as_int().is_some_and(|port| port != 0))
            else {
                continue;
            };
            let target = port
                .int_at("containerPort")
                .and_then(|port| u16::try_from(port).ok());
            add(
                "a port of the node (hostPort)",
                host.span,
                target.into_iter().collect(),
            );
        }
    }
    ways
}
