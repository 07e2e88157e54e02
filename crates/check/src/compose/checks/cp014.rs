//! No health check, or restart without end.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-014",
        title: "No health check, or restart without end",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.15", "CIS Docker 5.27"],
        about: "A hung service stays in use, and one that crashes is started again for ever, hiding the crash. Add `healthcheck`, and `restart: on-failure:5`.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    healthcheck: {test: [CMD, /app/health]}
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    healthcheck: {disable: true}
",
    },
    remedy: "Add `healthcheck`, and `restart: on-failure:5`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    if let Some(check) = service
        .node
        .get("healthcheck")
        .filter(|check| check.is_true("disable"))
    {
        found.add_as(
            &["CIS Docker 5.27"],
            check.span,
            "switches its health check off",
        );
    }
    if let Some(node) = service
        .node
        .get("restart")
        .filter(|node| node.as_str() == Some("always"))
    {
        found.add_as(
            &["CIS Docker 5.15"],
            node.span,
            "is started again without end",
        );
    }
}
