//! AKS nodes with public addresses, dashboard or HTTP routing.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-031",
        title: "AKS nodes with public addresses, dashboard or HTTP routing",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CKV_AZURE_143", "CKV_AZURE_8", "CKV_AZURE_246"],
        about: "Nodes and an ingress nobody maintains are open to the internet. Remove `node_public_ip_enabled`, the dashboard and `http_application_routing_enabled`.",
        good: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  http_application_routing_enabled = false
}
"#,
        bad: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  http_application_routing_enabled = true
}
"#,
    },
    remedy: "Remove `node_public_ip_enabled`, the dashboard and `http_application_routing_enabled`",
    kinds: &[
        "azurerm_kubernetes_cluster",
        "azurerm_kubernetes_cluster_node_pool",
    ],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for path in [
        &["default_node_pool", "enable_node_public_ip"][..],
        &["default_node_pool", "node_public_ip_enabled"],
        &["enable_node_public_ip"],
        &["node_public_ip_enabled"],
    ] {
        found.want_false(&["CKV_AZURE_143"], path, "gives nodes public addresses");
    }
    found.want_false(
        &["CKV_AZURE_246"],
        &["http_application_routing_enabled"],
        "routes HTTP through an add-on for tests",
    );
    found.want_false(
        &["CKV_AZURE_8"],
        &["addon_profile", "kube_dashboard", "enabled"],
        "has the dashboard",
    );
}
