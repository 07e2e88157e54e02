//! ECR does not scan images on push.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-001",
        title: "ECR does not scan images on push",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["AWS-0030", "CKV_AWS_163"],
        about: "An image is used long before anybody looks at what is known against it. Set `scan_on_push = true`, or scan in the pipeline.",
        good: r#"resource "aws_ecr_repository" "web" {
  name = "web"
  image_scanning_configuration {
    scan_on_push = true
  }
}
"#,
        bad: r#"resource "aws_ecr_repository" "web" {
  name = "web"
  image_scanning_configuration {
    scan_on_push = false
  }
}
"#,
    },
    remedy: "Set `scan_on_push = true`, or scan in the pipeline",
    kinds: &["aws_ecr_repository"],
    look,
};

fn look(resource: &Resource, plan: &Plan<'_>, found: &mut Found<'_>) {
    // Scanning may be set for the whole registry instead.
    if plan
        .of("aws_ecr_registry_scanning_configuration", resource)
        .next()
        .is_none()
    {
        found.want_true(
            &["AWS-0030", "CKV_AWS_163"],
            &["image_scanning_configuration", "scan_on_push"],
            false,
            "does not scan images on push",
        );
    }
}
