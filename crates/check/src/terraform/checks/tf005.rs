//! ECS task with a secret in clear.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::facts::secret_assignment;
use crate::terraform::ecs::containers;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-005",
        title: "ECS task with a secret in clear",
        severity: Severity::Critical,
        fix: FixKind::Manual,
        peers: &["AWS-0036"],
        about: "Task definitions are readable by everybody who may look at the account, and every revision is kept. Name the secret under `secrets` with `valueFrom`.",
        good: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{ name = "web", image = "web:1.4.2", readonlyRootFilesystem = true, secrets = [{ name = "DB_PASSWORD", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/db" }] }])
}
"#,
        bad: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{ name = "web", image = "web:1.4.2", readonlyRootFilesystem = true, environment = [{ name = "DB_PASSWORD", value = "correct-horse-battery" }] }])
}
"#,
    },
    remedy: "Name the secret under `secrets` with `valueFrom`",
    kinds: &["aws_ecs_task_definition"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for container in containers(resource) {
        for variable in container.list("environment") {
            let name = variable.str_at("name").or_else(|| variable.str_at("Name"));
            let value = variable.get("value").or_else(|| variable.get("Value"));
            let (Some(name), Some(value)) = (name, value) else {
                continue;
            };
            let text = value.as_str().unwrap_or_default();
            // AWS's own variable names a key by itself, whatever its value looks like.
            let aws = matches!(
                name,
                "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN"
            ) && !text.is_empty()
                && !text.contains("${");
            if aws || secret_assignment(name, text) {
                found.add_secret(value.span, &format!("holds a secret in clear as `{name}`"));
            }
        }
    }
}
