//! ECS container can write to its root file system.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::ecs::containers;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-007",
        title: "ECS container can write to its root file system",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["CKV_AWS_336"],
        about: "An attacker who can write leaves tools behind and changes the program that runs. Set `readonlyRootFilesystem` to true and mount a volume where the program writes.",
        good: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{ name = "web", image = "web:1.4.2", readonlyRootFilesystem = true }])
}
"#,
        bad: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{ name = "web", image = "web:1.4.2" }])
}
"#,
    },
    remedy: "Set `readonlyRootFilesystem` to true and mount a volume where the program writes",
    kinds: &["aws_ecs_task_definition"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for container in containers(resource) {
        if !container.is_true("readonlyRootFilesystem") {
            found.set_in(&container, &["readonlyRootFilesystem"], "true");
            found.add(
                container.span,
                &format!(
                    "lets container `{}` write to its root file system",
                    container.str_at("name").unwrap_or_default()
                ),
            );
        }
    }
}
