//! Parent of the control group changed.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-021",
        title: "Parent of the control group changed",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.25"],
        about: "Limits that are set for all containers do not hold for this one. Remove `cgroup_parent`.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    cgroup: private
",
        bad: r"services:
  web:
    image: registry.example/web:1.4.2
    cgroup_parent: /custom
",
    },
    remedy: "Remove `cgroup_parent`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    if let Some(node) = service
        .node
        .get("cgroup_parent")
        .filter(|node| !node.is_empty())
    {
        found.add(node.span, "chooses its own parent of control groups");
    }
}
