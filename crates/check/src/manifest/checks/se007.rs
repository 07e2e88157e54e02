//! Secret volume readable by everybody.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-SE-007",
        title: "Secret volume readable by everybody",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["sx:common.CheckSecretFilePerms"],
        about: "Every user of the container can read the file, a service that was broken into among them. Set `defaultMode: 0400`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: key, secret: {secretName: key, defaultMode: 0o400}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: key, secret: {secretName: key, defaultMode: 0o777}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Set `defaultMode: 0400`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for volume in pod.spec.list("volumes") {
        let Some(node) = volume.at(&["secret", "defaultMode"]) else {
            continue;
        };
        let text = node.as_str().unwrap_or_default();
        // YAML 1.1 reads a leading zero as octal; JSON can only say the number.
        let mode = text
            .strip_prefix("0o")
            .or_else(|| text.strip_prefix('0'))
            .map_or_else(
                || text.parse().ok(),
                |octal| u32::from_str_radix(octal, 8).ok(),
            );
        // 0644 is Kubernetes' own default: writable or executable for others is beyond it.
        if mode.is_some_and(|mode: u32| mode & 0o033 != 0) {
            found.add(
                node.span,
                format!(
                    "volume `{}` of {} is open to other users",
                    volume.str_at("name").unwrap_or_default(),
                    pod.object.title()
                ),
            );
        }
    }
}
