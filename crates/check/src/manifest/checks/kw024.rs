//! proc mount unmasked.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-024",
        title: "proc mount unmasked",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["KSV-0027", "kl:unsafe-proc-mount"],
        about: "Kernel files below /proc that runtimes hide become readable and writable. Remove `procMount`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        procMount: Default
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
        procMount: Unmasked
",
    },
    remedy: "Remove `procMount`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let Some(node) = container
        .own_context()
        .and_then(|context| context.get("procMount"))
    else {
        return;
    };
    if node.as_str().is_some_and(|kind| kind != "Default") {
        found.set(node, "Default");
        found.add(
            node.span,
            format!("{} has an unmasked /proc", container.title()),
        );
    }
}
