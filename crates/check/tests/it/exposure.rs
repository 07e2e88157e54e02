//! From where workloads can be reached, told by whole sets of manifests.

use lazaret_check::Source;
use lazaret_check::exposure::{Class, Exposure, coverage, exposures};

const WEB: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1.4.2
          ports: [{name: http, containerPort: 8080}]
";

const INGRESS: &str = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
";

fn service(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop}}\nspec: {{selector: {{app: web}}, ports: [{{name: http, port: 80, targetPort: http}}]{spec}}}\n"
    )
}

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec: {{podSelector: {{}}, {spec}}}\n"
    )
}

/// The exposure of the one workload in `files`.
fn of(files: &[&str]) -> Exposure {
    let sources: Vec<Source> = files
        .iter()
        .enumerate()
        .map(|(index, text)| Source::new(format!("{index}.yaml"), *text))
        .collect();
    exposures(&sources)
        .0
        .into_iter()
        .next()
        .expect("a workload")
}

#[track_caller]
fn check(files: &[&str], class: Class) {
    let exposure = of(files);
    assert_eq!(exposure.class, class, "{exposure:#?}");
}

#[test]
fn a_load_balancer_is_the_internet_unless_it_is_said_to_be_internal() {
    check(&[WEB, &service(", type: LoadBalancer")], Class::Internet);
    check(
        &[
            WEB,
            &service(
                ", type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 192.168.0.0/16]",
            ),
        ],
        Class::Intranet,
    );
    check(
        &[
            WEB,
            &service(
                ", type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 203.0.113.0/24]",
            ),
        ],
        Class::Internet,
    );
    let internal = service(", type: LoadBalancer").replace("name: web,", "name: web, annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: \"true\"},");
    check(&[WEB, &internal], Class::Intranet);
}

#[test]
fn the_path_proves_it() {
    let exposure = of(&[WEB, &service(""), INGRESS]);
    assert_eq!(exposure.class, Class::Internet);
    let way: Vec<&str> = exposure
        .path
        .iter()
        .map(|step| step.what.as_str())
        .collect();
    assert_eq!(
        way,
        [
            "the internet",
            "Ingress shop/web",
            "Service shop/web",
            "Deployment shop/web"
        ]
    );
    assert_eq!(exposure.ports, [8080]);
    assert_eq!(exposure.images, ["registry.example/web:1.4.2"]);
    assert_eq!(
        (exposure.path[1].path.as_str(), exposure.path[1].line),
        ("2.yaml", 4)
    );
}

#[test]
fn a_plain_service_is_for_the_cluster() {
    check(&[WEB, &service("")], Class::Cluster);
    check(&[WEB], Class::Cluster);
}

#[test]
fn node_ports_and_host_ports_are_for_whoever_reaches_nodes() {
    let exposure = of(&[WEB, &service(", type: NodePort")]);
    assert_eq!(exposure.class, Class::Intranet);
    assert_eq!(exposure.assumes, ["nodes have no public address"]);
    check(
        &[&WEB.replace("containerPort: 8080", "containerPort: 8080, hostPort: 80")],
        Class::Intranet,
    );
}

#[test]
fn a_policy_without_rules_closes_and_an_empty_rule_opens() {
    let both = "policyTypes: [Ingress, Egress]";
    check(
        &[WEB, &service(", type: LoadBalancer"), &policy(both)],
        Class::Isolated,
    );
    check(
        &[
            WEB,
            &service(", type: LoadBalancer"),
            &policy("policyTypes: [Ingress]"),
        ],
        Class::Cluster,
    );
    check(
        &[
            WEB,
            &service(", type: LoadBalancer"),
            &policy("ingress: [{}]"),
        ],
        Class::Internet,
    );
    // A policy about what goes out says nothing about what comes in.
    check(
        &[
            WEB,
            &service(", type: LoadBalancer"),
            &policy("policyTypes: [Egress]"),
        ],
        Class::Internet,
    );
}

#[test]
fn policies_add_up() {
    let closed = policy("policyTypes: [Ingress, Egress]");
    let open = policy("ingress: [{ports: [{port: 8080}]}]").replace("name: p", "name: q");
    check(
        &[WEB, &service(", type: LoadBalancer"), &closed, &open],
        Class::Internet,
    );
}

#[test]
fn ports_of_a_policy_are_ports_of_the_pod() {
    let by = |port: &str| policy(&format!("ingress: [{{ports: [{{port: {port}}}]}}]"));
    check(
        &[WEB, &service(", type: LoadBalancer"), &by("http")],
        Class::Internet,
    );
    check(
        &[WEB, &service(", type: LoadBalancer"), &by("80")],
        Class::Cluster,
    );
    check(
        &[
            WEB,
            &service(", type: LoadBalancer"),
            &by("8000, endPort: 9000"),
        ],
        Class::Internet,
    );
}

#[test]
fn an_address_block_sees_the_address_after_translation() {
    let office = policy("ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]");
    // The node's own address comes in: the office's range does not hold it.
    check(
        &[WEB, &service(", type: LoadBalancer"), &office],
        Class::Cluster,
    );
    check(
        &[
            WEB,
            &service(", type: LoadBalancer, externalTrafficPolicy: Local"),
            &office,
        ],
        Class::Internet,
    );
    let nodes = policy("ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]");
    check(
        &[WEB, &service(", type: LoadBalancer"), &nodes],
        Class::Unknown,
    );
}

#[test]
fn an_ingress_comes_from_the_controllers_namespace() {
    let from = |peer: &str| policy(&format!("ingress: [{{from: [{peer}]}}]"));
    let files = |peer: &str| of(&[WEB, &service(""), INGRESS, &from(peer)]).class;
    assert_eq!(files("{podSelector: {}}"), Class::Cluster);
    assert_eq!(files("{namespaceSelector: {}}"), Class::Internet);
    assert_eq!(
        files("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}"),
        Class::Internet
    );
    assert_eq!(
        files("{namespaceSelector: {matchLabels: {team: shop}}}"),
        Class::Unknown
    );
}

#[test]
fn host_network_is_past_policies() {
    let host = WEB.replace(
        "      containers:",
        "      hostNetwork: true\n      containers:",
    );
    check(
        &[&host, &policy("policyTypes: [Ingress, Egress]")],
        Class::Intranet,
    );
}

#[test]
fn gateways_and_routes_lead_to_pods() {
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: infra}\nspec: {gatewayClassName: cilium, listeners: [{name: https, port: 443, protocol: HTTPS}]}\n";
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, namespace: shop}\nspec: {parentRefs: [{name: edge, namespace: infra}], rules: [{backendRefs: [{name: web, port: 80}]}]}\n";
    let exposure = of(&[WEB, &service(""), gateway, route]);
    assert_eq!(exposure.class, Class::Internet);
    assert_eq!(exposure.path.len(), 5, "{:#?}", exposure.path);
    let inner = gateway.replace("gatewayClassName: cilium", "gatewayClassName: gke-l7-rilb");
    check(&[WEB, &service(""), &inner, route], Class::Intranet);
}

#[test]
fn other_namespaces_are_other_places() {
    let elsewhere = service(", type: LoadBalancer").replace("namespace: shop", "namespace: other");
    check(&[WEB, &elsewhere], Class::Cluster);
}

/// A pod behind a public load balancer that keeps the client's address, with `policy`.
fn behind_balancer(policy: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop, labels: {{app: web}}}}, spec: {{containers: []}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{type: LoadBalancer, externalTrafficPolicy: Local, selector: {{app: web}}, ports: [{{port: 443, targetPort: 8443}}]}}}}
---
{policy}
"
    )
}

#[track_caller]
fn class_with(policy: &str) -> Class {
    class_of(&behind_balancer(policy))
}

#[track_caller]
fn class_of(text: &str) -> Class {
    let (all, gaps) = exposures(&[Source::new("all.yaml", text)]);
    assert_eq!(gaps, []);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].class
}

#[test]
fn policies_of_cilium_are_evaluated() {
    let cilium = |spec: &str| {
        class_with(&format!(
            "{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{{spec}}}}}"
        ))
    };
    let web = "endpointSelector: {matchLabels: {'k8s:app': web}}";
    let other = "endpointSelector: {matchLabels: {app: db}}";
    assert_eq!(
        cilium(&format!("{other}, ingress: [{{}}]")),
        Class::Internet
    );
    assert_eq!(
        cilium(&format!("{web}, ingress: [{{fromEntities: [world]}}]")),
        Class::Internet
    );
    assert_eq!(
        cilium(&format!(
            "{web}, ingress: [{{fromEntities: [world], toPorts: [{{ports: [{{port: '80'}}]}}]}}]"
        )),
        Class::Cluster,
        "another port"
    );
    assert_eq!(
        cilium(&format!("{web}, ingress: [{{fromEndpoints: [{{}}]}}]")),
        Class::Cluster
    );
    assert_eq!(
        cilium(&format!("{web}, ingress: [{{}}], egress: [{{}}]")),
        Class::Isolated,
        "an empty rule of Cilium matches nothing"
    );
    assert_eq!(
        cilium(&format!(
            "{web}, ingress: [{{fromCIDRSet: [{{cidrGroupRef: offices}}]}}]"
        )),
        Class::Unknown
    );
    assert_eq!(
        cilium(&format!(
            "{web}, ingress: [{{fromEntities: [all]}}], ingressDeny: [{{fromEntities: [world]}}]"
        )),
        Class::Cluster,
        "deny goes first"
    );
    assert_eq!(
        cilium(&format!(
            "{web}, enableDefaultDeny: {{ingress: false}}, ingress: [{{fromEndpoints: [{{}}]}}]"
        )),
        Class::Internet
    );
}

#[test]
fn policies_of_calico_are_evaluated() {
    let calico = |kind: &str, spec: &str| {
        class_with(&format!(
            "{{apiVersion: projectcalico.org/v3, kind: {kind}, metadata: {{name: p, namespace: shop}}, spec: {{{spec}}}}}"
        ))
    };
    let closed = "types: [Ingress, Egress]";
    assert_eq!(
        calico("GlobalNetworkPolicy", &format!("selector: all(), {closed}")),
        Class::Isolated
    );
    assert_eq!(
        calico("NetworkPolicy", &format!("selector: app == 'db', {closed}")),
        Class::Internet
    );
    assert_eq!(
        calico(
            "NetworkPolicy",
            "selector: app == 'web', ingress: [{action: Allow}]"
        ),
        Class::Internet
    );
    assert_eq!(
        calico(
            "NetworkPolicy",
            "selector: \"app in {'web', 'api'}\", ingress: [{action: Allow, source: {nets: [10.0.0.0/8]}}]"
        ),
        Class::Cluster,
        "private addresses are not the internet"
    );
    assert_eq!(
        calico(
            "NetworkPolicy",
            "selector: app == 'web', ingress: [{action: Deny, source: {nets: [0.0.0.0/0]}}, {action: Allow}]"
        ),
        Class::Cluster,
        "the first rule that matches decides"
    );
    assert_eq!(
        calico(
            "NetworkPolicy",
            "selector: app startsWith 'w', types: [Ingress]"
        ),
        Class::Unknown,
        "a selector that is not understood"
    );
    assert_eq!(
        calico(
            "GlobalNetworkPolicy",
            "namespaceSelector: team == 'shop', types: [Ingress]"
        ),
        Class::Unknown,
        "a namespace whose labels are in no file"
    );
}

#[test]
fn policies_of_the_administrator_concern_what_is_inside() {
    let admin = |kind: &str, rules: &str| {
        format!(
            "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: {kind}, metadata: {{name: p}}, spec: {{priority: 1, subject: {{namespaces: {{}}}}, {rules}}}}}"
        )
    };
    let deny = "ingress: [{action: Deny, from: [{namespaces: {}}]}]";
    assert_eq!(
        class_with(&admin("AdminNetworkPolicy", deny)),
        Class::Internet,
        "who comes from outside is nobody that it can name"
    );
    let ingress = |policy: &str| {
        class_of(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop, labels: {{app: web}}}}, spec: {{containers: []}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, namespace: shop}}, spec: {{defaultBackend: {{service: {{name: web, port: {{number: 80}}}}}}}}}}
---
{policy}
"
        ))
    };
    assert_eq!(ingress(&admin("AdminNetworkPolicy", deny)), Class::Cluster);
    assert_eq!(
        ingress(&admin(
            "AdminNetworkPolicy",
            "ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: x}}}]}]"
        )),
        Class::Unknown
    );
}

#[test]
fn endpoints_that_somebody_lists_are_followed() {
    let slice = |target: &str| {
        class_of(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {{containers: []}}, status: {{podIP: 10.1.2.3}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{type: LoadBalancer, ports: [{{port: 80}}]}}}}
---
{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: web-1, namespace: shop, labels: {{kubernetes.io/service-name: web}}}}, addressType: IPv4, endpoints: [{target}]}}
"
        ))
    };
    assert_eq!(
        slice("{addresses: [10.9.9.9], targetRef: {kind: Pod, name: web}}"),
        Class::Internet
    );
    assert_eq!(slice("{addresses: [10.1.2.3]}"), Class::Internet);
    assert_eq!(slice("{addresses: [10.1.2.4]}"), Class::Cluster);
}

#[test]
fn the_share_of_workloads_that_policies_limit_is_told() {
    let pod = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}, spec: {{containers: []}}}}\n---\n"
        )
    };
    let text = pod("web")
        + &pod("db")
        + "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: all, namespace: shop}, spec: {podSelector: {}}}\n---\n{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: db, namespace: shop}, spec: {endpointSelector: {matchLabels: {app: db}}, egress: [{}]}}\n";
    let (all, _) = exposures(&[Source::new("all.yaml", text)]);
    let of = coverage(&all);
    assert_eq!(of.len(), 1);
    let one = &of[0];
    assert_eq!(
        (one.workloads, one.ingress, one.egress, one.both),
        (2, 2, 1, 1)
    );
}
