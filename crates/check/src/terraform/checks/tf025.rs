//! Azure registry open to the internet, without quarantine or trust.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-025",
        title: "Azure registry open to the internet, without quarantine or trust",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "CKV_AZURE_139",
            "CKV_AZURE_163",
            "CKV_AZURE_164",
            "CKV_AZURE_166",
            "CKV_AZURE_167",
        ],
        about: "Everybody may try to log in, and what is pushed can be pulled before anybody looked at it. Set `public_network_access_enabled = false`; use `quarantine_policy_enabled` where the tier has it.",
        good: r#"resource "azurerm_container_registry" "main" {
  name = "main"
  public_network_access_enabled = false
}
"#,
        bad: r#"resource "azurerm_container_registry" "main" {
  name = "main"
}
"#,
    },
    remedy: "Set `public_network_access_enabled = false`; use `quarantine_policy_enabled` where the tier has it",
    kinds: &["azurerm_container_registry"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want(
        &["CKV_AZURE_139"],
        &["public_network_access_enabled"],
        false,
        "is open to the internet",
        |node| node.as_bool() == Some(false),
    );
}
