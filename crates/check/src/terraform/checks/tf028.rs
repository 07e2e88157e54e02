//! AKS without network policies.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-028",
        title: "AKS without network policies",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["AZU-0043", "CKV_AZURE_7"],
        about: "NetworkPolicy objects are accepted and nothing enforces them. Set `network_policy` in `network_profile`.",
        good: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  network_profile {
    network_plugin = "azure"
    network_policy = "cilium"
  }
}
"#,
        bad: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  network_profile {
    network_plugin = "azure"
  }
}
"#,
    },
    remedy: "Set `network_policy` in `network_profile`",
    kinds: &["azurerm_kubernetes_cluster"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_set(
        &["AZU-0043", "CKV_AZURE_7"],
        &["network_profile", "network_policy"],
        "enforces no network policies",
    );
}
