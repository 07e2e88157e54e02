//! Seccomp profile not set.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::seccomp;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-020",
        title: "Seccomp profile not set",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &[
            "KSV-0030",
            "C-0210",
            "ks:container-seccomp-profile",
            "ksec:SeccompAny",
            "CKV_K8S_31",
        ],
        about: "Unless the kubelet is told otherwise, no profile means no filter on system calls. Set `seccompProfile.type: RuntimeDefault` for the pod.",
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
        allowPrivilegeEscalation: false
",
    },
    remedy: "Set `seccompProfile.type: RuntimeDefault` for the pod",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.pod.is_windows() {
        return;
    }
    let set = seccomp(container);
    let good = set.as_ref().is_some_and(|(node, profile)| {
        node.is_unknown()
            || matches!(
                *profile,
                "RuntimeDefault" | "Localhost" | "runtime/default" | "docker/default"
            )
            || profile.starts_with("localhost/")
    });
    if !good {
        let span = set.map_or(container.span(), |(node, _)| node.span);
        if set.is_none() {
            let context = container.own_context().or(container.pod.context());
            match context {
                Some(_) => found.insert(context, "seccompProfile", "{type: RuntimeDefault}"),
                None => found.insert_below(
                    container.pod.spec,
                    "securityContext",
                    "seccompProfile",
                    "{type: RuntimeDefault}",
                ),
            }
        }
        found.add(
            span,
            format!(
                "{} has no seccomp profile `RuntimeDefault` or `Localhost`",
                container.title()
            ),
        );
    }
}
