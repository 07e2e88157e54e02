//! Root file system writable.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;
use crate::manifest::node::Node;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-008",
        title: "Root file system writable",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["CIS Docker 5.13"],
        about: "An attacker who can write leaves tools behind and changes the program that runs. Set `read_only: true` and a `tmpfs` where the program writes.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    read_only: true
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    read_only: false
",
    },
    remedy: "Set `read_only: true` and a `tmpfs` where the program writes",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    let node = service.node.get("read_only");
    if node.and_then(Node::as_bool) != Some(true) {
        match node {
            Some(node) => found.set(node, "true"),
            None => found.insert(service, "read_only", "true"),
        }
        found.add(
            node.map_or(service.span(), |node| node.span),
            "can write to its root file system",
        );
    }
}
