//! Egress to every address.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::firewall::openings;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-022",
        title: "Egress to every address",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["AWS-0104", "AZU-0051", "GCP-0035", "CKV_AWS_382"],
        about: "Whoever breaks in can fetch what he needs and send out what he finds. Name the destinations.",
        good: r#"resource "aws_security_group" "node" {
  egress {
    from_port = 443
    to_port = 443
    protocol = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"#,
        bad: r#"resource "aws_security_group" "node" {
  egress {
    from_port = 0
    to_port = 0
    protocol = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"#,
    },
    remedy: "Name the destinations",
    kinds: &[
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_egress_rule",
        "azurerm_network_security_rule",
        "azurerm_network_security_group",
        "google_compute_firewall",
    ],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let peers: &[&str] = match resource.kind.split('_').next() {
        Some("aws") => &["AWS-0104", "CKV_AWS_382"],
        Some("azurerm") => &["AZU-0051"],
        _ => &["GCP-0035"],
    };
    for opening in openings(resource, "egress") {
        found.add_as(peers, opening.span, "lets traffic out to every address");
    }
}
