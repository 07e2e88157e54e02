//! Credential written into Terraform.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::secret_assignment;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-046",
        title: "Credential written into Terraform",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["C-0012"],
        about: "It is in the repository, in its history, and in every state file. Take it from a secret store or an ephemeral variable.",
        good: r#"resource "aws_db_instance" "main" {
  username = "app"
  password = var.password
}
"#,
        bad: r#"resource "aws_db_instance" "main" {
  username = "app"
  password = "correct-horse-battery"
}
"#,
    },
    remedy: "Take it from a secret store or an ephemeral variable",
    kinds: &["*"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for (key, value) in resource.node.entries() {
        let (Some(name), Some(text)) = (key.as_str(), value.as_str()) else {
            continue;
        };
        if secret_assignment(name, text) && !name.ends_with("_arn") && !text.contains(' ') {
            found.add_secret(
                value.span,
                &format!("has a credential in clear as `{name}`"),
            );
        }
    }
}
