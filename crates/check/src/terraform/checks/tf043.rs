//! Artifact Registry open to everybody.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::policy::words;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-043",
        title: "Artifact Registry open to everybody",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CKV_GCP_101"],
        about: "Everybody may pull the images, secrets in them included. Name the members.",
        good: r#"resource "google_artifact_registry_repository_iam_member" "web" {
  repository = "web"
  role = "roles/artifactregistry.reader"
  member = "group:dev@example.com"
}
"#,
        bad: r#"resource "google_artifact_registry_repository_iam_member" "web" {
  repository = "web"
  role = "roles/artifactregistry.reader"
  member = "allUsers"
}
"#,
    },
    remedy: "Name the members",
    kinds: &[
        "google_artifact_registry_repository_iam_member",
        "google_artifact_registry_repository_iam_binding",
        "google_container_registry",
    ],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for node in ["member", "members"]
        .into_iter()
        .filter_map(|key| resource.node.get(key))
    {
        if words(Some(node))
            .iter()
            .any(|member| matches!(*member, "allUsers" | "allAuthenticatedUsers"))
        {
            found.add(node.span, "is open to everybody");
        }
    }
}
