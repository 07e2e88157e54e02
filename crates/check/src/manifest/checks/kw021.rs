//! AppArmor unconfined.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::apparmor;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-021",
        title: "AppArmor unconfined",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["KSV-0002", "ksec:ApparmorUnconfined"],
        about: "The profile that keeps a container from mounting, tracing and writing below /proc is switched off. Set `appArmorProfile.type: RuntimeDefault`, or on old clusters the annotation `runtime/default`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        appArmorProfile: {type: RuntimeDefault}
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
        appArmorProfile: {type: Unconfined}
",
    },
    remedy: "Set `appArmorProfile.type: RuntimeDefault`, or on old clusters the annotation `runtime/default`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let Some((node, profile)) = apparmor(container) else {
        return;
    };
    let known = matches!(
        profile,
        "RuntimeDefault" | "Localhost" | "runtime/default" | ""
    ) || profile.starts_with("localhost/");
    if !known && !node.is_unknown() {
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
            format!("{} has the AppArmor profile `{profile}`", container.title()),
        );
    }
}
