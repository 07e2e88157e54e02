//! DigitalOcean cluster not upgraded.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-049",
        title: "DigitalOcean cluster not upgraded",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["DIG-0005", "DIG-0008"],
        about: "Known flaws of the control plane and the nodes stay open, or an upgrade takes the service down. Set `auto_upgrade = true` and `surge_upgrade = true`.",
        good: r#"resource "digitalocean_kubernetes_cluster" "main" {
  name = "main"
  auto_upgrade = true
  surge_upgrade = true
}
"#,
        bad: r#"resource "digitalocean_kubernetes_cluster" "main" {
  name = "main"
  auto_upgrade = false
  surge_upgrade = true
}
"#,
    },
    remedy: "Set `auto_upgrade = true` and `surge_upgrade = true`",
    kinds: &["digitalocean_kubernetes_cluster"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_true(
        &["DIG-0005"],
        &["surge_upgrade"],
        false,
        "upgrades without spare nodes",
    );
    found.want_true(&["DIG-0008"], &["auto_upgrade"], false, "is not upgraded");
}
