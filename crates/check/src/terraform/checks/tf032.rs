//! Azure container group without a network, or with secrets in clear.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::secret_assignment;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-032",
        title: "Azure container group without a network, or with secrets in clear",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CKV_AZURE_98", "CKV_AZURE_235", "CKV_AZURE_245"],
        about: "The containers have a public address, or their secrets are readable by everybody who may look at the account. Set `subnet_ids`, and put secrets into `secure_environment_variables`.",
        good: r#"resource "azurerm_container_group" "web" {
  name = "web"
  ip_address_type = "Private"
  subnet_ids = ["subnet-1"]
}
"#,
        bad: r#"resource "azurerm_container_group" "web" {
  name = "web"
  ip_address_type = "Public"
}
"#,
    },
    remedy: "Set `subnet_ids`, and put secrets into `secure_environment_variables`",
    kinds: &["azurerm_container_group"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let private = matches!(
        resource.node.str_at("ip_address_type"),
        Some("Private" | "None")
    );
    let subnet = resource
        .node
        .get("subnet_ids")
        .or_else(|| resource.node.get("network_profile_id"));
    if !private && subnet.is_none_or(Node::is_empty) {
        let span = resource
            .node
            .get("ip_address_type")
            .map_or(resource.span, |node| node.span);
        found.add_as(
            &["CKV_AZURE_98", "CKV_AZURE_245"],
            span,
            "has a public address",
        );
    }
    for container in each(&resource.node, "container") {
        for (name, value) in container
            .get("environment_variables")
            .into_iter()
            .flat_map(Node::entries)
        {
            let (Some(name), Some(text)) = (name.as_str(), value.as_str()) else {
                continue;
            };
            if secret_assignment(name, text) {
                found.add_secret(value.span, &format!("holds a secret in clear as `{name}`"));
            }
        }
    }
}
