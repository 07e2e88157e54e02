//! AKS without RBAC, or with a local administrator.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-027",
        title: "AKS without RBAC, or with a local administrator",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["AZU-0042", "CKV_AZURE_5", "CKV_AZURE_141", "C-0241"],
        about: "Everybody who has a name may do everything; the local administrator has none. Remove `role_based_access_control_enabled = false` and set `local_account_disabled = true`.",
        good: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  role_based_access_control_enabled = true
  local_account_disabled = true
}
"#,
        bad: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  role_based_access_control_enabled = false
}
"#,
    },
    remedy: "Remove `role_based_access_control_enabled = false` and set `local_account_disabled = true`",
    kinds: &["azurerm_kubernetes_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    // On by default since version 2.99 of the provider; before, a block switched it on.
    let peers = &["AZU-0042", "CKV_AZURE_5", "C-0241"];
    found.want_true(
        peers,
        &["role_based_access_control_enabled"],
        true,
        "has no RBAC",
    );
    if resource.node.get("role_based_access_control").is_some() {
        found.want_true(
            peers,
            &["role_based_access_control", "enabled"],
            true,
            "has no RBAC",
        );
    }
    found.want_true(
        &["CKV_AZURE_141"],
        &["local_account_disabled"],
        false,
        "has a local administrator",
    );
}
