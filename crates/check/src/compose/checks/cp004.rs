//! Host namespace shared.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-004",
        title: "Host namespace shared",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &[
            "CIS Docker 5.10",
            "CIS Docker 5.16",
            "CIS Docker 5.17",
            "CIS Docker 5.21",
            "CIS Docker 5.31",
        ],
        about: "The service sees the host's processes, network or shared memory as if it ran on it. Remove the setting.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    network_mode: bridge
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    network_mode: host
",
    },
    remedy: "Remove the setting",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for key in ["network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"] {
        if let Some(node) = service
            .node
            .get(key)
            .filter(|node| node.as_str() == Some("host"))
        {
            found.add(
                node.span,
                &format!("shares the host's {}", key.trim_end_matches("_mode")),
            );
        }
    }
}
