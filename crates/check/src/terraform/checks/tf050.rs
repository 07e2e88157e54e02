//! GKE without addresses of its own for pods, or without labels.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-050",
        title: "GKE without addresses of its own for pods, or without labels",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["GCP-0049", "GCP-0051", "CKV_GCP_21", "CKV_GCP_23"],
        about: "Pods are routed by the project's routes instead of their own range, and nobody can tell whose cluster it is. Add `ip_allocation_policy` and `resource_labels`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  resource_labels = { team = "shop" }
  ip_allocation_policy {
    cluster_secondary_range_name = "pods"
  }
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
  resource_labels = { team = "shop" }
}
"#,
    },
    remedy: "Add `ip_allocation_policy` and `resource_labels`",
    kinds: &["google_container_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let native = resource.node.is_true("enable_autopilot")
        || resource.node.get("ip_allocation_policy").is_some();
    if !native {
        found.add_as(
            &["GCP-0049", "CKV_GCP_23"],
            resource.span,
            "has no range of addresses for its pods",
        );
    }
    found.want_set(
        &["GCP-0051", "CKV_GCP_21"],
        &["resource_labels"],
        "has no labels",
    );
}
