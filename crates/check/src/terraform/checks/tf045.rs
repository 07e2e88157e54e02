//! Keys not renewed, or not protected from deletion.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-045",
        title: "Keys not renewed, or not protected from deletion",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "AWS-0065",
            "AZU-0016",
            "GCP-0065",
            "CKV_AWS_7",
            "CKV_AZURE_110",
            "CKV_GCP_43",
        ],
        about: "A key that leaked once opens everything for ever; one that is deleted takes the data along. Renew keys at least every 90 days, and protect vaults from purging.",
        good: r#"resource "aws_kms_key" "main" {
  enable_key_rotation = true
}
"#,
        bad: r#"resource "aws_kms_key" "main" {
  enable_key_rotation = false
}
"#,
    },
    remedy: "Renew keys at least every 90 days, and protect vaults from purging",
    kinds: &["aws_kms_key", "azurerm_key_vault", "google_kms_crypto_key"],
    look,
};

/// Ninety days.
const LONGEST_SECONDS: f64 = 7_776_000.0;

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    match resource.kind.as_str() {
        "aws_kms_key" => {
            // Keys that sign cannot be renewed by AWS.
            let signs = matches!(
                resource.node.str_at("key_usage"),
                Some("SIGN_VERIFY" | "GENERATE_VERIFY_MAC" | "KEY_AGREEMENT")
            );
            if !signs {
                found.want_true(
                    &["AWS-0065", "CKV_AWS_7"],
                    &["enable_key_rotation"],
                    false,
                    "is never renewed",
                );
            }
        }
        "azurerm_key_vault" => found.want_true(
            &["AZU-0016", "CKV_AZURE_110"],
            &["purge_protection_enabled"],
            false,
            "can be purged",
        ),
        _ => {
            let signs = resource
                .node
                .str_at("purpose")
                .is_some_and(|purpose| purpose != "ENCRYPT_DECRYPT");
            let often = |node: &Node| {
                node.as_str()
                    .and_then(|period| period.strip_suffix('s')?.parse::<f64>().ok())
                    .is_some_and(|seconds| seconds <= LONGEST_SECONDS)
            };
            if !signs {
                found.want(
                    &["GCP-0065", "CKV_GCP_43"],
                    &["rotation_period"],
                    false,
                    "is not renewed every 90 days",
                    often,
                );
            }
        }
    }
}
