//! ECS execution role is the task's role.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-011",
        title: "ECS execution role is the task's role",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["CKV_AWS_249"],
        about: "The program gets the rights of the agent that starts it: pulling images, reading every secret of the task. Make a role of its own for `task_role_arn`.",
        good: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  execution_role_arn = aws_iam_role.ecs.arn
  task_role_arn = aws_iam_role.web.arn
}
"#,
        bad: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  execution_role_arn = aws_iam_role.ecs.arn
  task_role_arn = aws_iam_role.ecs.arn
}
"#,
    },
    remedy: "Make a role of its own for `task_role_arn`",
    kinds: &["aws_ecs_task_definition"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let (Some(agent), Some(task)) = (
        resource.node.get("execution_role_arn"),
        resource.node.get("task_role_arn"),
    ) else {
        return;
    };
    let name = |node: &Node| {
        node.as_reference()
            .or_else(|| node.as_str())
            .map(str::to_owned)
    };
    if name(agent).is_some_and(|agent| Some(agent) == name(task)) {
        found.add(task.span, "runs with the role of the agent that starts it");
    }
}
