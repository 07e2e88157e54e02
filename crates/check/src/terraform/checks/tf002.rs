//! ECR tags can be moved.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-002",
        title: "ECR tags can be moved",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["AWS-0031", "CKV_AWS_51"],
        about: "Whoever may push may put another image under a tag that is running already. Set `image_tag_mutability = \"IMMUTABLE\"`.",
        good: r#"resource "aws_ecr_repository" "web" {
  name = "web"
  image_tag_mutability = "IMMUTABLE"
}
"#,
        bad: r#"resource "aws_ecr_repository" "web" {
  name = "web"
  image_tag_mutability = "MUTABLE"
}
"#,
    },
    remedy: "Set `image_tag_mutability = \"IMMUTABLE\"`",
    kinds: &["aws_ecr_repository"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let immutable = |node: &Node| {
        node.as_str()
            .is_some_and(|word| word.starts_with("IMMUTABLE"))
    };
    found.set(&["image_tag_mutability"], "\"IMMUTABLE\"");
    found.want(
        &["AWS-0031", "CKV_AWS_51"],
        &["image_tag_mutability"],
        false,
        "lets tags be moved",
        immutable,
    );
}
