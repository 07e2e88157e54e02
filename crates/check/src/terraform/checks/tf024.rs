//! Azure registry with an admin account or open pull.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-024",
        title: "Azure registry with an admin account or open pull",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CKV_AZURE_137", "CKV_AZURE_138"],
        about: "The admin account is one password for everybody; anonymous pull is none at all. Set `admin_enabled = false` and `anonymous_pull_enabled = false`.",
        good: r#"resource "azurerm_container_registry" "main" {
  name = "main"
  admin_enabled = false
}
"#,
        bad: r#"resource "azurerm_container_registry" "main" {
  name = "main"
  admin_enabled = true
}
"#,
    },
    remedy: "Set `admin_enabled = false` and `anonymous_pull_enabled = false`",
    kinds: &["azurerm_container_registry"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_false(
        &["CKV_AZURE_137"],
        &["admin_enabled"],
        "has an admin account",
    );
    found.want_false(
        &["CKV_AZURE_138"],
        &["anonymous_pull_enabled"],
        "lets everybody pull",
    );
}
