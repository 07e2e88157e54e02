//! EKS API open to the internet.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find, open_range};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-013",
        title: "EKS API open to the internet",
        severity: Severity::Critical,
        fix: FixKind::Suggested,
        peers: &[
            "AWS-0040",
            "AWS-0041",
            "CKV_AWS_38",
            "CKV_AWS_39",
            "C-0227",
            "C-0228",
            "C-0229",
        ],
        about: "Everybody may try stolen credentials and the next flaw of the API server. Set `endpoint_public_access = false`, or name your own ranges in `public_access_cidrs`.",
        good: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  vpc_config {
    endpoint_public_access = false
  }
}
"#,
        bad: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  vpc_config {
    endpoint_public_access = true
  }
}
"#,
    },
    remedy: "Set `endpoint_public_access = false`, or name your own ranges in `public_access_cidrs`",
    kinds: &["aws_eks_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let (public, span) = find(&resource.node, &["vpc_config", "endpoint_public_access"]);
    if public.is_some_and(|node| node.is_unknown() || node.as_bool() == Some(false)) {
        return;
    }
    found.add_as(
        &["AWS-0040", "CKV_AWS_39"],
        span,
        "has a public API endpoint",
    );
    let (ranges, _) = find(&resource.node, &["vpc_config", "public_access_cidrs"]);
    let open = match ranges.filter(|node| !node.is_empty()) {
        Some(node) if node.is_unknown() => None,
        Some(node) => open_range(node).map(|range| range.span),
        None => Some(span),
    };
    if let Some(span) = open {
        found.add_as(
            &["AWS-0041", "CKV_AWS_38", "C-0227", "C-0228"],
            span,
            "lets every address reach its API",
        );
    }
}
