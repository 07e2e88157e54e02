//! Sensitive host directory mounted.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, mounts};
use crate::manifest::facts::clean_path;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-003",
        title: "Sensitive host directory mounted",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.6"],
        about: "From these directories a container changes the host's programs, users or kernel, or reads its credentials. Use a named volume, or mount the one file that is needed, read-only.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    volumes: ["./config:/config:ro"]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    volumes: ["/etc:/host/etc"]
"#,
    },
    remedy: "Use a named volume, or mount the one file that is needed, read-only",
    look,
};

/// Directories that hold the host's programs, settings and kernel; below some of them everything counts.
const SENSITIVE: &[&str] = &[
    "/",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/usr",
    "/var",
    "/var/run",
    "/var/lib/docker",
    "/home",
];
const WHOLE: &[&str] = &[
    "/boot/",
    "/dev/",
    "/etc/",
    "/proc/",
    "/root/",
    "/sys/",
    "/usr/",
    "/var/lib/docker/",
];
const HARMLESS: &[&str] = &["/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo"];

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for mount in mounts(service)
        .into_iter()
        .filter(|mount| mount.source.starts_with('/'))
    {
        let path = clean_path(&mount.source);
        let sensitive =
            SENSITIVE.contains(&path.as_str()) || WHOLE.iter().any(|root| path.starts_with(root));
        if sensitive && !HARMLESS.contains(&path.as_str()) {
            found.add(mount.span, &format!("mounts the host's `{path}`"));
        }
    }
}
