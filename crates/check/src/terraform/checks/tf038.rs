//! GKE nodes without shield or on another image.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-038",
        title: "GKE nodes without shield or on another image",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["GCP-0055", "GCP-0054", "CKV_GCP_68", "CKV_GCP_71"],
        about: "A node whose start is not verified can be replaced by one that listens; other images bring more that can be attacked. Leave `enable_shielded_nodes` on, set `enable_secure_boot` and use `COS_CONTAINERD`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  enable_shielded_nodes = true
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
  enable_shielded_nodes = false
}
"#,
    },
    remedy: "Leave `enable_shielded_nodes` on, set `enable_secure_boot` and use `COS_CONTAINERD`",
    kinds: &["google_container_cluster", "google_container_node_pool"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_true(
        &["GCP-0055", "CKV_GCP_71"],
        &["enable_shielded_nodes"],
        true,
        "does not shield its nodes",
    );
    found.want_true(
        &["CKV_GCP_68"],
        &[
            "node_config",
            "shielded_instance_config",
            "enable_secure_boot",
        ],
        true,
        "starts nodes that are not verified",
    );
    let cos = |node: &Node| {
        node.as_str()
            .is_some_and(|image| image.to_ascii_lowercase().starts_with("cos"))
    };
    found.set(&["node_config", "image_type"], "\"COS_CONTAINERD\"");
    found.want(
        &["GCP-0054"],
        &["node_config", "image_type"],
        true,
        "does not use Container-Optimized OS",
        cos,
    );
}
