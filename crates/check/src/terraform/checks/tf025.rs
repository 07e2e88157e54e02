//! Azure registry open to the internet, without quarantine or trust.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find};

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

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    parts(resource, found);
    found.want(
        &["CKV_AZURE_139"],
        &["public_network_access_enabled"],
        false,
        "is open to the internet",
        |node| node.as_bool() == Some(false),
    );
}

/// Something that only the premium tier has.
struct Part {
    peers: &'static [&'static str],
    /// The attribute, in either major version of the provider.
    paths: &'static [&'static [&'static str]],
    /// What is wrong without it.
    wrong: &'static str,
}

const PREMIUM: &[Part] = &[
    Part {
        peers: &["CKV_AZURE_166"],
        paths: &[&["quarantine_policy_enabled"]],
        wrong: "gives out images before anybody looked at them",
    },
    Part {
        peers: &["CKV_AZURE_164"],
        paths: &[&["trust_policy_enabled"], &["trust_policy", "enabled"]],
        wrong: "asks for no signatures",
    },
    Part {
        peers: &["CKV_AZURE_167"],
        paths: &[
            &["retention_policy_in_days"],
            &["retention_policy", "enabled"],
        ],
        wrong: "keeps what no tag names for ever",
    },
];

fn parts(resource: &Resource, found: &mut Found<'_>) {
    if resource.node.str_at("sku") != Some("Premium") {
        return;
    }
    for part in PREMIUM {
        let given = part
            .paths
            .iter()
            .filter_map(|path| find(&resource.node, path).0);
        let is_on = |node: &Node| {
            node.is_unknown()
                || node.as_bool() == Some(true)
                || node.as_int().is_some_and(|days| days > 0)
        };
        if !given.into_iter().any(is_on) {
            found.add_rated(part.peers, resource.span, part.wrong, Severity::Low);
        }
    }
}
