//! AppArmor profile not set.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::apparmor;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-022",
        title: "AppArmor profile not set",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["C-0055", "ksec:ApparmorAny"],
        about: "Nodes without AppArmor's default run the container unconfined, and nobody notices. Set `appArmorProfile.type: RuntimeDefault`.",
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
        allowPrivilegeEscalation: false
",
    },
    remedy: "Set `appArmorProfile.type: RuntimeDefault`",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if apparmor(container).is_none() && !container.pod.is_windows() {
        let context = container.own_context().or(container.pod.context());
        match context {
            Some(_) => found.insert(context, "appArmorProfile", "{type: RuntimeDefault}"),
            None => found.insert_below(
                container.pod.spec,
                "securityContext",
                "appArmorProfile",
                "{type: RuntimeDefault}",
            ),
        }
        found.add(
            container.span(),
            format!("{} sets no AppArmor profile", container.title()),
        );
    }
}
