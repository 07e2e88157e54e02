//! Debug container in a manifest.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::{Container, Role};
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-061",
        title: "Debug container in a manifest",
        severity: Severity::Low,
        fix: FixKind::Manual,
        peers: &[],
        about: "Debug containers bring tools along and stay until the pod is gone. Remove `ephemeralContainers` and start the pod anew.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  restartPolicy: Always
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r#"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  ephemeralContainers: [{name: debug, image: "registry.example/tools:1.0.0"}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
"#,
    },
    remedy: "Remove `ephemeralContainers` and start the pod anew",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if container.role == Role::Ephemeral {
        found.add(
            container.span(),
            format!("{} is for debugging", container.title()),
        );
    }
}
