//! ECR not encrypted with a key of one's own.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-004",
        title: "ECR not encrypted with a key of one's own",
        severity: Severity::Low,
        fix: FixKind::Suggested,
        peers: &["AWS-0033", "CKV_AWS_136"],
        about: "Only with a key of one's own can access to the images be taken back at one stroke, and is every use written down. Set `encryption_type = \"KMS\"` and `kms_key`.",
        good: r#"resource "aws_ecr_repository" "web" {
  name = "web"
  encryption_configuration {
    encryption_type = "KMS"
    kms_key = aws_kms_key.ecr.arn
  }
}
"#,
        bad: r#"resource "aws_ecr_repository" "web" {
  name = "web"
  encryption_configuration {
    encryption_type = "AES256"
  }
}
"#,
    },
    remedy: "Set `encryption_type = \"KMS\"` and `kms_key`",
    kinds: &["aws_ecr_repository"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let config = find(&resource.node, &["encryption_configuration"])
        .0
        .and_then(|config| config.items().first().or(Some(config)));
    let kms = config.is_some_and(|config| {
        config
            .str_at("encryption_type")
            .is_some_and(|kind| kind.starts_with("KMS"))
    });
    let key = config
        .and_then(|config| config.get("kms_key"))
        .is_some_and(|key| !key.is_empty());
    if !kms || !key {
        found.add(
            config.map_or(resource.span, |config| config.span),
            "has no encryption key of its own",
        );
    }
}
