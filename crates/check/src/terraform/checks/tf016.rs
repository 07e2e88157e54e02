//! EKS nodes open to SSH from anywhere.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-016",
        title: "EKS nodes open to SSH from anywhere",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CKV_AWS_100"],
        about: "With a key pair and no security group named, AWS opens port 22 to the world. Remove `remote_access`, or name `source_security_group_ids`.",
        good: r#"resource "aws_eks_node_group" "main" {
  cluster_name = "main"
  remote_access {
    ec2_ssh_key = "ops"
    source_security_group_ids = ["sg-1"]
  }
}
"#,
        bad: r#"resource "aws_eks_node_group" "main" {
  cluster_name = "main"
  remote_access {
    ec2_ssh_key = "ops"
  }
}
"#,
    },
    remedy: "Remove `remote_access`, or name `source_security_group_ids`",
    kinds: &["aws_eks_node_group"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for access in each(&resource.node, "remote_access") {
        if access.get("ec2_ssh_key").is_some()
            && access
                .get("source_security_group_ids")
                .is_none_or(Node::is_empty)
        {
            found.add(access.span, "opens SSH to every address");
        }
    }
}
