//! Every service on one network.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, ports};
use crate::manifest::node::Node;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-017",
        title: "Every service on one network",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.30"],
        about: "The database can be reached from whatever is reached from outside. Give the published service and the data behind it networks of their own.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    ports: ["127.0.0.1:8080:8080"]
    networks: [front, back]
  db:
    image: registry.example/db:16.3
    networks: [back]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    ports: ["127.0.0.1:8080:8080"]
  db:
    image: registry.example/db:16.3
"#,
    },
    remedy: "Give the published service and the data behind it networks of their own",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let all: Vec<_> = service
        .document
        .get("services")
        .into_iter()
        .flat_map(Node::entries)
        .collect();
    let plain = |node: &Node| node.get("networks").is_none() && node.get("network_mode").is_none();
    if all.len() > 1 && !ports(service).is_empty() && all.iter().all(|(_, node)| plain(node)) {
        found.add(
            service.span(),
            "is published and shares one network with every other service",
        );
    }
}
