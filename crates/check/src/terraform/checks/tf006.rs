//! ECS task privileged, on the host, or root.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::ecs::containers;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-006",
        title: "ECS task privileged, on the host, or root",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["CKV_AWS_334", "CKV_AWS_335"],
        about: "The container is not held by anything but the instance, which other tasks share. Remove `privileged`, `pid_mode = \"host\"` and `network_mode = \"host\"`, and set a user.",
        good: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1.4.2", user = "10001" }])
}
"#,
        bad: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  pid_mode = "host"
  container_definitions = jsonencode([{ name = "web", image = "web:1.4.2", privileged = true }])
}
"#,
    },
    remedy: "Remove `privileged`, `pid_mode = \"host\"` and `network_mode = \"host\"`, and set a user",
    kinds: &["aws_ecs_task_definition"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for (key, peers) in [
        ("pid_mode", &["CKV_AWS_335"][..]),
        ("ipc_mode", &["CKV_AWS_335"]),
        ("network_mode", &[]),
    ] {
        if let Some(node) = resource
            .node
            .get(key)
            .filter(|node| node.as_str() == Some("host"))
        {
            found.add_as(
                peers,
                node.span,
                &format!("shares the instance's {}", key.trim_end_matches("_mode")),
            );
        }
    }
    for container in containers(resource) {
        if let Some(node) = container
            .get("privileged")
            .filter(|node| node.as_bool() == Some(true))
        {
            found.add_as(&["CKV_AWS_334"], node.span, "has a privileged container");
        }
        if let Some(node) = container
            .get("user")
            .filter(|node| matches!(node.as_str(), Some("root" | "0" | "0:0" | "root:root")))
        {
            found.add_as(&[], node.span, "has a container that runs as root");
        }
    }
}
