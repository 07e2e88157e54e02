//! EKS secrets not encrypted.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::policy::words;
use crate::terraform::rule::{Found, Plan, Rule, each, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-015",
        title: "EKS secrets not encrypted",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["AWS-0039", "CKV_AWS_58", "C-0244"],
        about: "Secrets lie in etcd with no key of one's own around them. Add `encryption_config` for `secrets` with a key.",
        good: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.eks.arn
    }
  }
}
"#,
        bad: r#"resource "aws_eks_cluster" "main" {
  name = "main"
}
"#,
    },
    remedy: "Add `encryption_config` for `secrets` with a key",
    kinds: &["aws_eks_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let good = |config: &&Node| {
        let secrets = config.get("resources").is_some_and(Node::is_unknown)
            || words(config.get("resources")).contains(&"secrets");
        secrets
            && find(config, &["provider", "key_arn"])
                .0
                .is_some_and(|key| !key.is_empty())
    };
    let given = resource.node.get("encryption_config");
    if given.is_some_and(Node::is_unknown) {
        let what = "does not encrypt Secrets with a key";
        found.want(&[], &["encryption_config"], false, what, |_| true);
        return;
    }
    let configs = each(&resource.node, "encryption_config");
    if !configs.iter().any(good) {
        found.add(
            configs.first().map_or(resource.span, |config| config.span),
            "does not encrypt Secrets with a key",
        );
    }
}
