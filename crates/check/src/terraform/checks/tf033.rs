//! GKE API open to the internet.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each, open_range};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-033",
        title: "GKE API open to the internet",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["GCP-0053", "GCP-0061", "CKV_GCP_18", "CKV_GCP_20"],
        about: "Everybody may try stolen credentials and the next flaw of the API server. Name your own ranges in `master_authorized_networks_config`, or set `enable_private_endpoint = true`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "10.10.128.0/24"
    }
  }
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
}
"#,
    },
    remedy: "Name your own ranges in `master_authorized_networks_config`, or set `enable_private_endpoint = true`",
    kinds: &["google_container_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let configs = each(&resource.node, "master_authorized_networks_config");
    if configs.is_empty()
        && resource
            .node
            .get("master_authorized_networks_config")
            .is_none()
    {
        found.add_as(
            &["GCP-0061", "CKV_GCP_20"],
            resource.span,
            "names no networks that may reach its API",
        );
    }
    for block in configs
        .iter()
        .flat_map(|config| each(config, "cidr_blocks"))
    {
        if let Some(range) = block.get("cidr_block").and_then(open_range) {
            found.add_as(
                &["GCP-0053", "CKV_GCP_18"],
                range.span,
                "lets every address reach its API",
            );
        }
    }
}
