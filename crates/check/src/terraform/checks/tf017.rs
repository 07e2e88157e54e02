//! Kubernetes version of EKS out of support.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-017",
        title: "Kubernetes version of EKS out of support",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CKV_AWS_339"],
        about: "Known flaws of the control plane stay open. Set `version` to a supported release.",
        good: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  version = "1.34"
}
"#,
        bad: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  version = "1.24"
}
"#,
    },
    remedy: "Set `version` to a supported release",
    kinds: &["aws_eks_cluster"],
    look,
};

/// The oldest minor version that EKS still mends in extended support, as of November 2026.
const OLDEST: u32 = 31;

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let supported = |node: &Node| {
        let minor = node.as_str().and_then(|version| {
            version
                .strip_prefix("1.")?
                .split('.')
                .next()?
                .parse::<u32>()
                .ok()
        });
        minor.is_none_or(|minor| minor >= OLDEST)
    };
    found.want(
        &["CKV_AWS_339"],
        &["version"],
        true,
        "runs a Kubernetes version out of support",
        supported,
    );
}
