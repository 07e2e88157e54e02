//! Credential written into Terraform.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::secret_assignment;
use crate::manifest::node::Node;
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
    if resource.kind == "variable" {
        let default = resource.node.get("default");
        let text = default.and_then(Node::as_str).unwrap_or_default();
        if let Some(default) = default.filter(|_| is_credential(&resource.name, text)) {
            found.add_secret(default.span, "has a credential in clear as its default");
        }
        return;
    }
    within(&resource.node, found, 0);
}

/// Blocks and maps within each other that are looked through.
const MAX_DEPTH: usize = 8;

fn within(node: &Node, found: &mut Found<'_>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    // Environments of containers are lists of names and values.
    if let (Some(name), Some(value)) = (node.str_at("name"), node.get("value")) {
        told(name, value, found);
    }
    for (key, value) in node.entries() {
        match value.as_str() {
            Some(_) => told(key.as_str().unwrap_or_default(), value, found),
            None => within(value, found, depth + 1),
        }
    }
    for item in node.items() {
        within(item, found, depth + 1);
    }
}

fn told(name: &str, value: &Node, found: &mut Found<'_>) {
    if is_credential(name, value.as_str().unwrap_or_default()) {
        found.add_secret(
            value.span,
            &format!("has a credential in clear as `{name}`"),
        );
    }
}

fn is_credential(name: &str, text: &str) -> bool {
    secret_assignment(name, text) && !name.ends_with("_arn") && !text.contains(' ')
}
