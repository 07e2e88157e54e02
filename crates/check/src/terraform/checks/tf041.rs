//! GKE nodes use the default service account.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-041",
        title: "GKE nodes use the default service account",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["GCP-0050"],
        about: "The account may edit the whole project in many organisations. Make an account with the roles a node needs, and name it in `service_account`.",
        good: r#"resource "google_container_node_pool" "main" {
  cluster = "main"
  node_config {
    service_account = "nodes@example.iam.gserviceaccount.com"
  }
}
"#,
        bad: r#"resource "google_container_node_pool" "main" {
  cluster = "main"
  node_config {
    machine_type = "e2-medium"
  }
}
"#,
    },
    remedy: "Make an account with the roles a node needs, and name it in `service_account`",
    kinds: &["google_container_cluster", "google_container_node_pool"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let provisioned = !each(&resource.node, "cluster_autoscaling").is_empty()
        && (resource.node.is_true("enable_autopilot")
            || find(&resource.node, &["cluster_autoscaling", "enabled"])
                .0
                .and_then(Node::as_bool)
                == Some(true));
    if provisioned {
        found.want_set(
            &["GCP-0050"],
            &[
                "cluster_autoscaling",
                "auto_provisioning_defaults",
                "service_account",
            ],
            "starts nodes with the default service account",
        );
    }
    // Without its default pool the cluster has no nodes of its own, and Autopilot names none.
    if !resource.node.is_true("remove_default_node_pool")
        && !resource.node.is_true("enable_autopilot")
        && !provisioned
    {
        found.want_set(
            &["GCP-0050"],
            &["node_config", "service_account"],
            "starts nodes with the default service account",
        );
    }
}
