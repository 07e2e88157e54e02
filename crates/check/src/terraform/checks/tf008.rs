//! ECS service with a public address.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-008",
        title: "ECS service with a public address",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CKV_AWS_333"],
        about: "Every port of the task that the security group lets through is open to the internet. Set `assign_public_ip = false` and put a load balancer in front.",
        good: r#"resource "aws_ecs_service" "web" {
  name = "web"
  network_configuration {
    subnets = ["subnet-1"]
    assign_public_ip = false
  }
}
"#,
        bad: r#"resource "aws_ecs_service" "web" {
  name = "web"
  network_configuration {
    subnets = ["subnet-1"]
    assign_public_ip = true
  }
}
"#,
    },
    remedy: "Set `assign_public_ip = false` and put a load balancer in front",
    kinds: &["aws_ecs_service"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    found.want_false(
        &["CKV_AWS_333"],
        &["network_configuration", "assign_public_ip"],
        "gets a public address",
    );
}
