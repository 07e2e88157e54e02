//! GKE nodes with public addresses.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-034",
        title: "GKE nodes with public addresses",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["GCP-0059", "CKV_GCP_25", "CKV_GCP_64"],
        about: "Every port that a firewall rule or a hostPort opens is open to the internet. Set `enable_private_nodes = true`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  private_cluster_config {
    enable_private_nodes = true
  }
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
  private_cluster_config {
    enable_private_nodes = false
  }
}
"#,
    },
    remedy: "Set `enable_private_nodes = true`",
    kinds: &["google_container_cluster"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_true(
        &["GCP-0059", "CKV_GCP_25", "CKV_GCP_64"],
        &["private_cluster_config", "enable_private_nodes"],
        false,
        "gives nodes public addresses",
    );
}
