//! Root group.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-011",
        title: "Root group",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["KSV-0116", "ksec:RunAsGroup"],
        about: "Files of group 0 on mounted volumes become readable, often writable. Set `runAsGroup` and `fsGroup` to ids that are not 0 and take 0 out of `supplementalGroups`.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext: {runAsGroup: 10001}
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  securityContext: {runAsGroup: 0}
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Set `runAsGroup` and `fsGroup` to ids that are not 0 and take 0 out of `supplementalGroups`",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    let zero = |context: Option<&Node>, key: &str| {
        context
            .and_then(|all| all.get(key))
            .filter(|id| id.as_int() == Some(0))
            .cloned()
    };
    for key in ["runAsGroup", "fsGroup"] {
        if let Some(node) = zero(pod.context(), key) {
            found.add(node.span, format!("{} sets `{key}: 0`", pod.object.title()));
        }
    }
    for group in pod
        .context()
        .map_or(&[][..], |context| context.list("supplementalGroups"))
    {
        if group.as_int() == Some(0) {
            found.add(
                group.span,
                format!(
                    "{} has group 0 among its supplemental groups",
                    pod.object.title()
                ),
            );
        }
    }
    for container in pod.containers() {
        if let Some(node) = zero(container.own_context(), "runAsGroup") {
            found.add(node.span, format!("{} runs in group 0", container.title()));
        }
    }
}
