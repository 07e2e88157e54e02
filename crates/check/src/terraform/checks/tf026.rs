//! AKS API open to the internet.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find, open_range};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-026",
        title: "AKS API open to the internet",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "AZU-0041",
            "AZU-0065",
            "CKV_AZURE_6",
            "CKV_AZURE_115",
            "C-0247",
            "C-0248",
            "C-0252",
        ],
        about: "Everybody may try stolen credentials and the next flaw of the API server. Set `private_cluster_enabled = true`, or name your own ranges in `authorized_ip_ranges`.",
        good: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  private_cluster_enabled = true
}
"#,
        bad: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
}
"#,
    },
    remedy: "Set `private_cluster_enabled = true`, or name your own ranges in `authorized_ip_ranges`",
    kinds: &["azurerm_kubernetes_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let private = resource.node.get("private_cluster_enabled");
    if private.is_some_and(|node| node.is_unknown() || node.as_bool() == Some(true)) {
        return;
    }
    let modern = find(
        &resource.node,
        &["api_server_access_profile", "authorized_ip_ranges"],
    )
    .0;
    let ranges = modern
        .or_else(|| resource.node.get("api_server_authorized_ip_ranges"))
        .filter(|node| !node.is_empty());
    let span = private.map_or(resource.span, |node| node.span);
    found.add_as(
        &["AZU-0065", "CKV_AZURE_115", "C-0247", "C-0252"],
        span,
        "has a public API endpoint",
    );
    match ranges {
        None => found.add_as(
            &["AZU-0041", "CKV_AZURE_6", "C-0248"],
            resource.span,
            "lets every address reach its API",
        ),
        Some(node) => {
            if let Some(range) = open_range(node) {
                found.add_as(
                    &["AZU-0041", "CKV_AZURE_6", "C-0248"],
                    range.span,
                    "lets every address reach its API",
                );
            }
        }
    }
}
