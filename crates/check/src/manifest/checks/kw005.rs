//! hostPath volume.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::host_paths;
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-005",
        title: "hostPath volume",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["KSV-0023", "C-0048", "C-0203", "kl:sensitive-host-mounts"],
        about: "Files of the node outlive the pod and are shared with everything else on the node; many ways out of a container begin with one. Use a PersistentVolumeClaim, an emptyDir or a ConfigMap.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: data, emptyDir: {}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Use a PersistentVolumeClaim, an emptyDir or a ConfigMap",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for (volume, host) in host_paths(pod) {
        let path = host.str_at("path").unwrap_or_default();
        found.add(
            host.span,
            format!(
                "volume `{}` of {} is the node's `{path}`",
                volume,
                pod.object.title()
            ),
        );
    }
}
