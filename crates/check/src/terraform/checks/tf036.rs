//! GKE legacy authorization or authentication.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-036",
        title: "GKE legacy authorization or authentication",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["GCP-0062", "GCP-0064", "CKV_GCP_7", "CKV_GCP_13"],
        about: "Attribute-based rules give service accounts everything, passwords and client certificates cannot be taken back. Remove `enable_legacy_abac`, the password and `issue_client_certificate`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  enable_legacy_abac = false
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
  enable_legacy_abac = true
}
"#,
    },
    remedy: "Remove `enable_legacy_abac`, the password and `issue_client_certificate`",
    kinds: &["google_container_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_false(
        &["GCP-0062", "CKV_GCP_7"],
        &["enable_legacy_abac"],
        "uses attribute-based authorization",
    );
    found.want_false(
        &["GCP-0064", "CKV_GCP_13"],
        &[
            "master_auth",
            "client_certificate_config",
            "issue_client_certificate",
        ],
        "issues client certificates",
    );
    if let Some(node) = find(&resource.node, &["master_auth", "username"])
        .0
        .filter(|node| !node.is_empty())
    {
        found.add_as(&["GCP-0064"], node.span, "has a password");
    }
}
