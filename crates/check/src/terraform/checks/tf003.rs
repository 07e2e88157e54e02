//! ECR open to everybody.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::policy::{allowed, is_public};
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-003",
        title: "ECR open to everybody",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &["AWS-0032", "CKV_AWS_32"],
        about: "Everybody with an account may pull the images, secrets in them included, or push his own. Name the accounts in the policy.",
        good: r#"resource "aws_ecr_repository_policy" "web" {
  repository = "web"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = ["ecr:BatchGetImage"] }] })
}
"#,
        bad: r#"resource "aws_ecr_repository_policy" "web" {
  repository = "web"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = ["ecr:BatchGetImage"] }] })
}
"#,
    },
    remedy: "Name the accounts in the policy",
    kinds: &["aws_ecr_repository_policy", "aws_ecr_registry_policy"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let Some(policy) = resource.node.get("policy") else {
        return;
    };
    if allowed(policy).iter().any(is_public) {
        found.add(policy.span, "is open to everybody");
    }
}
