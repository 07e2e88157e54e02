//! Network without flow logs.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-023",
        title: "Network without flow logs",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "AWS-0178",
            "GCP-0076",
            "GCP-0029",
            "AZU-0073",
            "CKV2_AWS_11",
            "CKV_GCP_26",
        ],
        about: "After an incident nobody can tell who spoke to whom. Add a flow log.",
        good: r#"resource "google_compute_subnetwork" "main" {
  name = "main"
  ip_cidr_range = "10.2.0.0/16"
  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}
"#,
        bad: r#"resource "google_compute_subnetwork" "main" {
  name = "main"
  ip_cidr_range = "10.2.0.0/16"
}
"#,
    },
    remedy: "Add a flow log",
    kinds: &[
        "aws_vpc",
        "google_compute_subnetwork",
        "azurerm_network_watcher_flow_log",
    ],
    look,
};

fn look(resource: &Resource, plan: &Plan<'_>, found: &mut Found<'_>) {
    match resource.kind.as_str() {
        "aws_vpc" => {
            if plan
                .referring("aws_flow_log", "vpc_id", resource)
                .is_empty()
            {
                found.add_as(
                    &["AWS-0178", "CKV2_AWS_11"],
                    resource.span,
                    "has no flow log",
                );
            }
        }
        "google_compute_subnetwork" => {
            // Subnets of proxies cannot have one.
            let proxy = resource.node.str_at("purpose").is_some_and(|purpose| {
                purpose.ends_with("MANAGED_PROXY") || purpose == "INTERNAL_HTTPS_LOAD_BALANCER"
            });
            if !proxy
                && each(&resource.node, "log_config").is_empty()
                && resource.node.get("log_config").is_none()
            {
                found.add_as(
                    &["GCP-0076", "GCP-0029", "CKV_GCP_26"],
                    resource.span,
                    "has no flow log",
                );
            }
        }
        _ => found.want_true(&["AZU-0073"], &["enabled"], true, "is switched off"),
    }
}
