//! GKE nodes not upgraded or repaired.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-040",
        title: "GKE nodes not upgraded or repaired",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &[
            "GCP-0058",
            "GCP-0063",
            "CKV_GCP_9",
            "CKV_GCP_10",
            "CKV_GCP_70",
        ],
        about: "Known flaws of the kubelet and the kernel stay open. Leave `auto_upgrade` and `auto_repair` on.",
        good: r#"resource "google_container_node_pool" "main" {
  cluster = "main"
  management {
    auto_upgrade = true
    auto_repair = true
  }
}
"#,
        bad: r#"resource "google_container_node_pool" "main" {
  cluster = "main"
  management {
    auto_upgrade = false
  }
}
"#,
    },
    remedy: "Leave `auto_upgrade` and `auto_repair` on",
    kinds: &["google_container_node_pool", "google_container_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    if resource.kind == "google_container_cluster" {
        let chosen = |node: &Node| node.as_str() != Some("UNSPECIFIED");
        found.set(&["release_channel", "channel"], "\"REGULAR\"");
        found.want(
            &["CKV_GCP_70"],
            &["release_channel", "channel"],
            true,
            "follows no release channel",
            chosen,
        );
        return;
    }
    found.want_true(
        &["GCP-0058", "CKV_GCP_10"],
        &["management", "auto_upgrade"],
        true,
        "does not upgrade its nodes",
    );
    found.want_true(
        &["GCP-0063", "CKV_GCP_9"],
        &["management", "auto_repair"],
        true,
        "does not repair its nodes",
    );
}
