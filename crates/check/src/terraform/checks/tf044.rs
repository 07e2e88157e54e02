//! Artifact Registry without a key of one's own.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-044",
        title: "Artifact Registry without a key of one's own",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["CKV_GCP_84"],
        about: "Only with a key of one's own can access to the images be taken back at one stroke. Set `kms_key_name`.",
        good: r#"resource "google_artifact_registry_repository" "web" {
  repository_id = "web"
  format = "DOCKER"
  kms_key_name = google_kms_crypto_key.web.id
}
"#,
        bad: r#"resource "google_artifact_registry_repository" "web" {
  repository_id = "web"
  format = "DOCKER"
}
"#,
    },
    remedy: "Set `kms_key_name`",
    kinds: &["google_artifact_registry_repository"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_set(
        &["CKV_GCP_84"],
        &["kms_key_name"],
        "has no encryption key of its own",
    );
}
