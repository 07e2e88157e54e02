//! Secret passed as environment variable.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-SE-003",
        title: "Secret passed as environment variable",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "C-0207",
            "C-0258",
            "kl:env-var-secret",
            "kl:read-secret-from-env-var",
            "CKV_K8S_35",
            "ksec:SecretsAsEnvironmentVariables",
        ],
        about: "Environments are inherited by every child, printed by crash reports and shown by inspection tools. Mount the Secret as a file.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      env: [{name: LEVEL, value: info}]
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: web, key: token}}}]
",
    },
    remedy: "Mount the Secret as a file",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    for variable in container.node.list("env") {
        if let Some(secret) = variable.at(&["valueFrom", "secretKeyRef"]) {
            let name = variable.str_at("name").unwrap_or_default();
            found.add(
                secret.span,
                format!(
                    "{} gets a secret in its environment as `{name}`",
                    container.title()
                ),
            );
        }
    }
    for source in container.node.list("envFrom") {
        if let Some(secret) = source.get("secretRef") {
            found.add(
                secret.span,
                format!(
                    "{} gets a whole Secret in its environment",
                    container.title()
                ),
            );
        }
    }
}
