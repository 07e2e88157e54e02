//! GKE logs or metrics off.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-042",
        title: "GKE logs or metrics off",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["GCP-0060", "GCP-0052", "CKV_GCP_1", "CKV_GCP_8"],
        about: "Nothing tells what the cluster does, and nothing is left when a pod is gone. Remove `logging_service` and `monitoring_service`, or set them to the services for Kubernetes.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  logging_service = "logging.googleapis.com/kubernetes"
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
  logging_service = "none"
}
"#,
    },
    remedy: "Remove `logging_service` and `monitoring_service`, or set them to the services for Kubernetes",
    kinds: &["google_container_cluster"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    // The services without `/kubernetes` are the legacy ones, which GKE no longer serves.
    let modern = |node: &Node| {
        node.as_str()
            .is_some_and(|service| service.ends_with("/kubernetes"))
    };
    found.set(
        &["logging_service"],
        "\"logging.googleapis.com/kubernetes\"",
    );
    found.want(
        &["GCP-0060", "CKV_GCP_1"],
        &["logging_service"],
        true,
        "keeps no logs",
        modern,
    );
    found.set(
        &["monitoring_service"],
        "\"monitoring.googleapis.com/kubernetes\"",
    );
    found.want(
        &["GCP-0052", "CKV_GCP_8"],
        &["monitoring_service"],
        true,
        "keeps no metrics",
        modern,
    );
}
