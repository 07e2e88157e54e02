//! ECS cluster without insights or a log of commands.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-010",
        title: "ECS cluster without insights or a log of commands",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["AWS-0034", "CKV_AWS_65", "CKV_AWS_223", "CKV_AWS_224"],
        about: "Nobody sees what containers use, nor what people do in them. Set `containerInsights` to `enabled`, and log commands.",
        good: r#"resource "aws_ecs_cluster" "web" {
  name = "web"
  setting {
    name = "containerInsights"
    value = "enabled"
  }
}
"#,
        bad: r#"resource "aws_ecs_cluster" "web" {
  name = "web"
}
"#,
    },
    remedy: "Set `containerInsights` to `enabled`, and log commands",
    kinds: &["aws_ecs_cluster"],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let settings = each(&resource.node, "setting");
    let insights = settings
        .iter()
        .find(|one| one.str_at("name") == Some("containerInsights"));
    let on = insights
        .and_then(|one| one.get("value"))
        .is_some_and(|value| {
            value.is_unknown() || matches!(value.as_str(), Some("enabled" | "enhanced"))
        });
    if !on {
        match insights {
            Some(one) => found.set_in(one, &["value"], "\"enabled\""),
            None => found.add_lines(&[
                "setting {",
                "  name  = \"containerInsights\"",
                "  value = \"enabled\"",
                "}",
            ]),
        }
        found.add_as(
            &["AWS-0034", "CKV_AWS_65"],
            insights.map_or(resource.span, |one| one.span),
            "has no container insights",
        );
    }
    let logging = find(
        &resource.node,
        &["configuration", "execute_command_configuration", "logging"],
    )
    .0;
    if let Some(node) = logging.filter(|node| node.as_str() == Some("NONE")) {
        let path = ["configuration", "execute_command_configuration", "logging"];
        found.set(&path, "\"DEFAULT\"");
        found.add_as(
            &["CKV_AWS_223"],
            node.span,
            "does not log commands in containers",
        );
    }
}
