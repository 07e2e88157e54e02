//! Port published on every interface.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, ports};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-010",
        title: "Port published on every interface",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.14"],
        about: "The port is open on every network the host is in, and Docker's own rules go past the host's firewall. Name the address, as in `127.0.0.1:8080:8080`.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    ports: ["127.0.0.1:8080:8080"]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    ports: ["8080:8080"]
"#,
    },
    remedy: "Name the address, as in `127.0.0.1:8080:8080`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for port in ports(service)
        .into_iter()
        .filter(|port| port.is_everywhere())
    {
        found.add(
            port.span,
            &format!("publishes port {} on every interface", port.target),
        );
    }
}
