//! AKS without logs or the policy add-on.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-029",
        title: "AKS without logs or the policy add-on",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["AZU-0040", "AZU-0066", "CKV_AZURE_4", "CKV_AZURE_116"],
        about: "Nothing tells what the cluster does, and nothing holds what is deployed against the organisation's rules. Add `oms_agent` and set `azure_policy_enabled = true`.",
        good: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
  azure_policy_enabled = true
  oms_agent {
    log_analytics_workspace_id = "w"
  }
}
"#,
        bad: r#"resource "azurerm_kubernetes_cluster" "main" {
  name = "main"
}
"#,
    },
    remedy: "Add `oms_agent` and set `azure_policy_enabled = true`",
    kinds: &["azurerm_kubernetes_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let old = |addon: &str| {
        find(&resource.node, &["addon_profile", addon, "enabled"])
            .0
            .and_then(Node::as_bool)
            == Some(true)
    };
    let workspace = find(&resource.node, &["oms_agent", "log_analytics_workspace_id"])
        .0
        .is_some();
    if !workspace && !old("oms_agent") {
        found.add_as(
            &["AZU-0040", "CKV_AZURE_4"],
            resource.span,
            "sends no logs to Azure Monitor",
        );
    }
    if !old("azure_policy") {
        found.want_true(
            &["AZU-0066", "CKV_AZURE_116"],
            &["azure_policy_enabled"],
            false,
            "has no policy add-on",
        );
    }
}
