//! AKS disks without a key of one's own.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-030",
        title: "AKS disks without a key of one's own",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["AZU-0067", "CKV_AZURE_117"],
        about: "Disks of nodes are encrypted with a key that the cloud keeps. Set `disk_encryption_set_id`.",
        good: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  disk_encryption_set_id = azurerm_disk_encryption_set.main.id
}
"#,
        bad: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
}
"#,
    },
    remedy: "Set `disk_encryption_set_id`",
    kinds: &["azurerm_kubernetes_cluster"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_set(
        &["AZU-0067", "CKV_AZURE_117"],
        &["disk_encryption_set_id"],
        "has no encryption key of its own for disks",
    );
}
