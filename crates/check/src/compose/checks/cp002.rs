//! Container runtime socket mounted.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, mounts};
use crate::manifest::facts::{clean_path, is_runtime_socket};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-002",
        title: "Container runtime socket mounted",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.32"],
        about: "Who may talk to the runtime may start a privileged container: the socket is root on the host, read-only or not. Remove the volume, or put a proxy before the socket that lets through what is needed.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    volumes: ["data:/data"]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
"#,
    },
    remedy: "Remove the volume, or put a proxy before the socket that lets through what is needed",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for mount in mounts(service) {
        if is_runtime_socket(&clean_path(&mount.source)) {
            found.add(
                mount.span,
                &format!("mounts the runtime's socket `{}`", mount.source),
            );
        }
    }
}
