//! Privileged or administration port published.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::{Service, ports};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-011",
        title: "Privileged or administration port published",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.7", "CIS Docker 5.8"],
        about: "Ports below 1024 are what everybody tries first, and SSH or a Docker API in a container is a second way in. Publish a port above 1023 behind a proxy; take the administration port out.",
        good: r#"services:
  web:
    image: registry.example/web:1.4.2
    ports: ["127.0.0.1:8080:8080"]
"#,
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    ports: ["127.0.0.1:22:22"]
"#,
    },
    remedy: "Publish a port above 1023 behind a proxy; take the administration port out",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for port in ports(service) {
        let admin = matches!(
            port.target.as_str(),
            "22" | "2375" | "2376" | "3389" | "5900"
        );
        if admin {
            found.add_rated(
                port.span,
                &format!("publishes the administration port {}", port.target),
                Severity::Medium,
            );
        } else if port
            .published
            .parse::<u16>()
            .is_ok_and(|number| number < 1024)
        {
            found.add(
                port.span,
                &format!("publishes the privileged port {}", port.published),
            );
        }
    }
}
