//! Audit trail off or unprotected.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, refers};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-048",
        title: "Audit trail off or unprotected",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &[
            "AWS-0014",
            "AWS-0016",
            "AWS-0161",
            "CKV_AWS_36",
            "CKV_AWS_67",
        ],
        about: "What is done in another region, or after the trail was changed, nobody sees. Set `is_multi_region_trail` and `enable_log_file_validation`, and keep the bucket private.",
        good: r#"resource "aws_cloudtrail" "main" {
  name = "main"
  is_multi_region_trail = true
  enable_log_file_validation = true
}
"#,
        bad: r#"resource "aws_cloudtrail" "main" {
  name = "main"
  enable_log_file_validation = true
}
"#,
    },
    remedy: "Set `is_multi_region_trail` and `enable_log_file_validation`, and keep the bucket private",
    kinds: &["aws_cloudtrail"],
    look,
};

fn look(resource: &Resource, plan: &Plan<'_>, found: &mut Found<'_>) {
    found.want_true(
        &["AWS-0014", "CKV_AWS_67"],
        &["is_multi_region_trail"],
        false,
        "watches one region",
    );
    found.want_true(
        &["AWS-0016", "CKV_AWS_36"],
        &["enable_log_file_validation"],
        false,
        "can be changed unnoticed",
    );
    let Some(bucket) = resource.node.get("s3_bucket_name") else {
        return;
    };
    let named = |one: &Resource| {
        bucket
            .as_str()
            .is_some_and(|name| one.node.str_at("bucket") == Some(name))
    };
    for one in plan
        .of("aws_s3_bucket", resource)
        .filter(|one| refers(bucket, one) || named(one))
    {
        let by_resource = plan.referring("aws_s3_bucket_acl", "bucket", one);
        let acl = one
            .node
            .get("acl")
            .or_else(|| by_resource.first().and_then(|acl| acl.node.get("acl")));
        if let Some(acl) = acl.filter(|acl| {
            acl.as_str()
                .is_some_and(|acl| acl.starts_with("public") || acl == "authenticated-read")
        }) {
            found.add_as(&["AWS-0161"], acl.span, "writes to a bucket that is public");
        }
    }
}
