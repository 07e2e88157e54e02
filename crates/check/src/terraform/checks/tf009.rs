//! EFS volume of an ECS task unencrypted in transit.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-009",
        title: "EFS volume of an ECS task unencrypted in transit",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["AWS-0035", "CKV_AWS_97"],
        about: "Files of the task cross the network in clear. Set `transit_encryption = \"ENABLED\"`.",
        good: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  volume {
    name = "data"
    efs_volume_configuration {
      file_system_id = "fs-1"
      transit_encryption = "ENABLED"
    }
  }
}
"#,
        bad: r#"resource "aws_ecs_task_definition" "web" {
  family = "web"
  volume {
    name = "data"
    efs_volume_configuration {
      file_system_id = "fs-1"
    }
  }
}
"#,
    },
    remedy: "Set `transit_encryption = \"ENABLED\"`",
    kinds: &["aws_ecs_task_definition"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    for volume in each(&resource.node, "volume") {
        for config in each(volume, "efs_volume_configuration") {
            let node = config.get("transit_encryption");
            if node.is_none_or(|node| !node.is_unknown() && node.as_str() != Some("ENABLED")) {
                found.set_in(config, &["transit_encryption"], "\"ENABLED\"");
                found.add(
                    node.map_or(config.span, |node| node.span),
                    "reads its EFS volume in clear",
                );
            }
        }
    }
}
