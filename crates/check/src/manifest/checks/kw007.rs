//! Container runtime socket mounted.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::{clean_path, host_paths, is_runtime_socket};
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-007",
        title: "Container runtime socket mounted",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0006",
            "C-0074",
            "kl:docker-sock",
            "ksec:DockerSock",
            "CKV_K8S_27",
        ],
        about: "Who may talk to the runtime may start a privileged container: the socket is root on the node. Drop the volume; build images with a rootless builder, read state through the Kubernetes API.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: docker, emptyDir: {}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: docker, hostPath: {path: /var/run/docker.sock}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Drop the volume; build images with a rootless builder, read state through the Kubernetes API",
    look: Look::Pod(look),
};

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for (volume, host) in host_paths(pod) {
        let path = clean_path(host.str_at("path").unwrap_or_default());
        if is_runtime_socket(&path) {
            found.add(
                host.span,
                format!(
                    "volume `{volume}` of {} is the runtime's socket `{path}`",
                    pod.object.title()
                ),
            );
        }
    }
}
