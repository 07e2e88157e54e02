//! Credential written into a manifest.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::secret_assignment;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-SE-001",
        title: "Credential written into a manifest",
        severity: Severity::Critical,
        fix: FixKind::Manual,
        peers: &["C-0012", "C-0259"],
        about: "Whoever reads the repository, its history or the object in the cluster has the credential. Take the value out, revoke it, and refer to a Secret that is made elsewhere.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      env: [{name: DB_PASSWORD, value: correct-horse-battery}]
",
    },
    remedy: "Take the value out, revoke it, and refer to a Secret that is made elsewhere",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for variable in container.node.list("env") {
        let (Some(name), Some(value)) = (variable.str_at("name"), variable.get("value")) else {
            continue;
        };
        let text = value.as_str().unwrap_or_default();
        if secret_assignment(name, text) {
            found.add_secret(
                value.span,
                format!(
                    "`{name}` of {} holds what looks like a credential",
                    container.title()
                ),
            );
        }
    }
}
