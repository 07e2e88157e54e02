//! From where workloads can be reached, told by whole sets of manifests.

use lazaret_check::Source;
use lazaret_check::exposure::{Class, Exposure, exposures};

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
