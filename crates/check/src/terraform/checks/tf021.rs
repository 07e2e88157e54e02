//! Administration ports open to the internet.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::firewall::{Opening, openings};
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-021",
        title: "Administration ports open to the internet",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "AWS-0107",
            "AZU-0047",
            "AZU-0048",
            "AZU-0050",
            "GCP-0027",
            "GCP-0071",
            "CKV_AWS_24",
            "CKV_AZURE_10",
            "CKV_GCP_2",
        ],
        about: "SSH, RDP and the API of a node are tried by everybody all day long. Name the ranges that may get in, or use the cloud's own session service.",
        good: r#"resource "aws_security_group" "node" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"#,
        bad: r#"resource "aws_security_group" "node" {
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"#,
    },
    remedy: "Name the ranges that may get in, or use the cloud's own session service",
    kinds: &[
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "azurerm_network_security_rule",
        "azurerm_network_security_group",
        "google_compute_firewall",
    ],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for opening in openings(resource, "ingress") {
        judge(resource, &opening, found);
    }
}

fn judge(resource: &Resource, opening: &Opening, found: &mut Found<'_>) {
    let ssh = opening.reaches(22);
    let rdp = opening.reaches(3389);
    let cloud = resource.kind.split('_').next().unwrap_or_default();
    let mut peers: Vec<&'static str> = Vec::new();
    match cloud {
        "aws" if ssh || rdp => peers.extend(["AWS-0107", "CKV_AWS_24"]),
        "azurerm" => {
            peers.push("AZU-0047");
            peers.extend(rdp.then_some("AZU-0048"));
            peers.extend(ssh.then_some("AZU-0050"));
        }
        "google" => {
            peers.push("GCP-0027");
            peers.extend(ssh.then_some("GCP-0071"));
        }
        _ => return,
    }
    let what = match (ssh, rdp) {
        (true, _) => "lets every address in on port 22",
        (false, true) => "lets every address in on port 3389",
        (false, false) => "lets every address in",
    };
    if ssh || rdp {
        found.add_as(&peers, opening.span, what);
    } else {
        found.add_rated(&peers, opening.span, what, Severity::Medium);
    }
}
