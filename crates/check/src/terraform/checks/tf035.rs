//! GKE pods can reach the node's metadata.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-035",
        title: "GKE pods can reach the node's metadata",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["GCP-0057", "GCP-0048", "CKV_GCP_69"],
        about: "A pod reads the node's credentials and those to join the cluster. Set `workload_metadata_config` to `GKE_METADATA` and leave legacy endpoints off.",
        good: r#"resource "google_container_node_pool" "main" {
  cluster = "main"
  node_config {
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}
"#,
        bad: r#"resource "google_container_node_pool" "main" {
  cluster = "main"
  node_config {
    workload_metadata_config {
      mode = "GCE_METADATA"
    }
  }
}
"#,
    },
    remedy: "Set `workload_metadata_config` to `GKE_METADATA` and leave legacy endpoints off",
    kinds: &["google_container_cluster", "google_container_node_pool"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    if resource.node.is_true("enable_autopilot") {
        return;
    }
    let concealed = |node: &Node| {
        matches!(
            node.as_str(),
            Some("GKE_METADATA" | "GKE_METADATA_SERVER" | "SECURE")
        )
    };
    // Old providers call the attribute and its values otherwise.
    for (key, value) in [
        ("mode", "GKE_METADATA"),
        ("node_metadata", "GKE_METADATA_SERVER"),
    ] {
        let path = ["node_config", "workload_metadata_config", key];
        found.set(&path, &format!("\"{value}\""));
        found.want(
            &["GCP-0057", "CKV_GCP_69"],
            &path,
            true,
            "shows pods the node's metadata",
            concealed,
        );
    }
    let off = |node: &Node| node.as_bool() == Some(true);
    let path = ["node_config", "metadata", "disable-legacy-endpoints"];
    found.set(&path, "true");
    found.want(&["GCP-0048"], &path, true, "serves legacy metadata", off);
}
