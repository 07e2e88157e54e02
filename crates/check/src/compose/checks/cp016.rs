//! Host device passed through.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::compose::rule::{Found, Rule};
use crate::compose::service::Service;

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-CP-016",
        title: "Host device passed through",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CIS Docker 5.18"],
        about: "A disk or memory device is the host itself; every device is kernel code that can be attacked. Remove `devices`.",
        good: r"services:
  web:
    image: registry.example/web:1.4.2
    devices: []
",
        bad: r#"services:
  web:
    image: registry.example/web:1.4.2
    devices: ["/dev/sda:/dev/sda"]
"#,
    },
    remedy: "Remove `devices`",
    look,
};

fn look(service: &Service<'_>, found: &mut Found<'_>) {
    for key in ["devices", "device_cgroup_rules"] {
        for node in service.node.list(key) {
            found.add(node.span, "is given a device of the host");
        }
    }
}
