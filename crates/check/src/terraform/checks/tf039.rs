//! GKE runs unsigned images.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-039",
        title: "GKE runs unsigned images",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CKV_GCP_66"],
        about: "Whatever is in the registry runs, whoever put it there. Set `binary_authorization` to `PROJECT_SINGLETON_POLICY_ENFORCE`.",
        good: r#"resource "google_container_cluster" "main" {
  name = "main"
  binary_authorization {
    evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE"
  }
}
"#,
        bad: r#"resource "google_container_cluster" "main" {
  name = "main"
  binary_authorization {
    evaluation_mode = "DISABLED"
  }
}
"#,
    },
    remedy: "Set `binary_authorization` to `PROJECT_SINGLETON_POLICY_ENFORCE`",
    kinds: &["google_container_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    if !resource.node.is_true("enable_binary_authorization") {
        let on = |node: &Node| {
            node.as_str()
                .is_some_and(|mode| mode != "DISABLED" && mode != "EVALUATION_MODE_UNSPECIFIED")
        };
        found.want(
            &["CKV_GCP_66"],
            &["binary_authorization", "evaluation_mode"],
            false,
            "does not ask for signatures",
            on,
        );
    }
}
