//! Explicit root user.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-010",
        title: "Explicit root user",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0105"],
        about: "The manifest itself asks for user 0. Use a user id above 10000 and set `runAsNonRoot: true`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        runAsUser: 10001
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        runAsUser: 0
",
    },
    remedy: "Use a user id above 10000 and set `runAsNonRoot: true`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if let Some(node) = container
        .context("runAsUser")
        .filter(|node| node.as_int() == Some(0))
    {
        found.add(node.span, format!("{} runs as user 0", container.title()));
    }
}
