//! GKE without network policies.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-037",
        title: "GKE without network policies",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["GCP-0056", "CKV_GCP_12"],
        about: "NetworkPolicy objects are accepted and nothing enforces them. Set `datapath_provider = \"ADVANCED_DATAPATH\"`, or `network_policy` with `enabled = true`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  network_policy {
    enabled = true
  }
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
}
"#,
    },
    remedy: "Set `datapath_provider = \"ADVANCED_DATAPATH\"`, or `network_policy` with `enabled = true`",
    kinds: &["google_container_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    if !resource.node.is_true("enable_autopilot")
        && resource.node.str_at("datapath_provider") != Some("ADVANCED_DATAPATH")
    {
        found.want_true(
            &["GCP-0056", "CKV_GCP_12"],
            &["network_policy", "enabled"],
            false,
            "enforces no network policies",
        );
    }
}
