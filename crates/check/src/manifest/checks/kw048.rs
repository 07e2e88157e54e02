//! SSH server in a container.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-048",
        title: "SSH server in a container",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0042", "kl:ssh-port"],
        about: "A second way in, with keys nobody rotates and sessions nobody audits. Remove the server; use `kubectl exec` or `kubectl debug`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      ports: [{containerPort: 8080}]
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      ports: [{containerPort: 22}]
",
    },
    remedy: "Remove the server; use `kubectl exec` or `kubectl debug`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for port in container.node.list("ports") {
        if let Some(node) = port
            .get("containerPort")
            .filter(|node| matches!(node.as_int(), Some(22 | 2222)))
        {
            found.add(
                node.span,
                format!("{} opens an SSH port", container.title()),
            );
        }
    }
    let is_server = |node: &&Node| {
        node.as_str()
            .is_some_and(|word| word == "sshd" || word.ends_with("/sshd"))
    };
    if let Some(node) = container.words().find(is_server) {
        found.add_as(
            &["C-0042"],
            node.span,
            format!("{} starts an SSH server", container.title()),
        );
    }
}
