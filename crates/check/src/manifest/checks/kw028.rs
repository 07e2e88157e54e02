//! Host in a probe or lifecycle hook.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-028",
        title: "Host in a probe or lifecycle hook",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["PSS-baseline-host-probes"],
        about: "The kubelet sends the request: a manifest that names another host makes every node ask it, past the pod's network policies. The baseline of the Pod Security Standards forbids it since Kubernetes 1.34. Remove `host`, so that the pod itself is asked.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      livenessProbe: {httpGet: {path: /, port: 8080}}
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      livenessProbe: {httpGet: {host: 169.254.169.254, path: /, port: 80}}
",
    },
    remedy: "Remove `host`, so that the pod itself is asked",
    look: Look::Container(look),
};

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"]
        .into_iter()
        .filter_map(|key| container.node.get(key));
    let hooks = ["postStart", "preStop"]
        .into_iter()
        .filter_map(|key| container.node.at(&["lifecycle", key]));
    for action in probes.chain(hooks) {
        for kind in ["httpGet", "tcpSocket"] {
            if let Some(host) = action
                .get(kind)
                .and_then(|ask| ask.get("host"))
                .filter(|host| !host.is_empty())
            {
                found.add(
                    host.span,
                    format!(
                        "{} makes the kubelet ask the host `{}`",
                        container.title(),
                        host.as_str().unwrap_or_default()
                    ),
                );
            }
        }
    }
}
