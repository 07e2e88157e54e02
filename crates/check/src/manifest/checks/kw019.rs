//! Seccomp unconfined.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::seccomp;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-019",
        title: "Seccomp unconfined",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["KSV-0104", "ksec:SeccompUnconfined"],
        about: "Every system call of the kernel is open to the container, the ones behind most escapes included. Set `seccompProfile.type: RuntimeDefault`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        seccompProfile: {type: RuntimeDefault}
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
        seccompProfile: {type: Unconfined}
",
    },
    remedy: "Set `seccompProfile.type: RuntimeDefault`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if let Some((node, profile)) = seccomp(container)
        && profile.eq_ignore_ascii_case("unconfined")
    {
        found.set(
            node,
            if profile == "Unconfined" {
                "RuntimeDefault"
            } else {
                "runtime/default"
            },
        );
        found.add(
            node.span,
            format!("{} runs without a seccomp profile", container.title()),
        );
    }
}
