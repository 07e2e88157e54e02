//! Names may be asked of any server.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-NP-022",
        title: "Names may be asked of any server",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &[],
        about: "Through queries for names data leaves the cluster unseen, and answers of a foreign server lead pods astray. Let port 53 through to the resolver of the cluster alone, by its labels `k8s-app: kube-dns` in `kube-system`.",
        good: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]}}
",
        bad: r"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}, egress: [{ports: [{port: 53, protocol: UDP}]}]}}
",
    },
    remedy: "Let port 53 through to the resolver of the cluster alone, by its labels `k8s-app: kube-dns` in `kube-system`",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    if object.kind() != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    // The resolver itself has to ask others.
    let resolver = object
        .spec()
        .and_then(|spec| spec.at(&["podSelector", "matchLabels", "k8s-app"]));
    if resolver.and_then(|node| node.as_str()) == Some("kube-dns") {
        return;
    }
    for rule in object.spec().map_or(&[][..], |spec| spec.list("egress")) {
        let to = rule.list("to");
        let anywhere = to.is_empty()
            || to.iter().any(|peer| {
                let cidr = peer.at(&["ipBlock", "cidr"]).and_then(|node| node.as_str());
                matches!(cidr, Some("0.0.0.0/0" | "::/0"))
            });
        let ports = rule.list("ports").iter().filter_map(|one| one.get("port"));
        let names = ports
            .into_iter()
            .find(|port| matches!(port.as_str(), Some("53" | "853" | "dns")));
        if let (true, Some(port)) = (anywhere, names) {
            found.add(
                port.span,
                format!("{} lets pods ask any server for names", object.title()),
            );
        }
    }
}
