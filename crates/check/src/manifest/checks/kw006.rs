//! Sensitive host directory mounted.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::{clean_path, host_paths};
use crate::manifest::object::Pod;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-006",
        title: "Sensitive host directory mounted",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "KSV-0121",
            "C-0045",
            "kl:writable-host-mount",
            "kl:sensitive-host-mounts",
            "ksec:ProcMount",
            "sx:Mounting Sensitive Host Directories",
        ],
        about: "From these directories a container changes the node's programs, users, kubelet or kernel, or reads the credentials of every other pod. Mount the one file that is needed, read-only, or drop the volume.",
        good: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: host, hostPath: {path: /srv/data}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
        bad: r"apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes: [{name: host, hostPath: {path: /etc}}]
  containers:
    - name: web
      image: registry.example/web:1.4.2
",
    },
    remedy: "Mount the one file that is needed, read-only, or drop the volume",
    look: Look::Pod(look),
};

/// Directories of a node that hold its programs, its settings, its kernel or other pods.
const SENSITIVE: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var",
    "/var/lib",
    "/var/run",
    "/var/log",
    "/var/lib/kubelet",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/crio",
    "/var/lib/etcd",
    "/var/lib/cni",
];

/// Below these everything is as sensitive as the directory itself.
const WHOLE: &[&str] = &[
    "/boot/",
    "/dev/",
    "/etc/",
    "/proc/",
    "/root/",
    "/sbin/",
    "/sys/",
    "/usr/",
    "/bin/",
    "/lib/",
    "/lib64/",
    "/var/lib/kubelet/",
    "/var/lib/docker/",
    "/var/lib/containerd/",
    "/var/lib/containers/",
    "/var/lib/etcd/",
];

/// What is below a sensitive directory and harmless to read.
const HARMLESS: &[&str] = &[
    "/etc/localtime",
    "/etc/timezone",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
];

fn look(pod: &Pod<'_>, found: &mut Found<'_>) {
    for (volume, host) in host_paths(pod) {
        let path = clean_path(host.str_at("path").unwrap_or_default());
        let sensitive = path == "/"
            || SENSITIVE.contains(&path.as_str())
            || WHOLE.iter().any(|root| path.starts_with(root));
        if sensitive && !HARMLESS.contains(&path.as_str()) {
            found.add(
                host.span,
                format!(
                    "volume `{volume}` of {} is the node's `{path}`",
                    pod.object.title()
                ),
            );
        }
    }
}
