//! Fargate platform version pinned to an old one.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-012",
        title: "Fargate platform version pinned to an old one",
        severity: Severity::Low,
        fix: FixKind::Auto,
        peers: &["CKV_AWS_332"],
        about: "Fixes of the platform do not arrive. Remove `platform_version`, or set it to `LATEST`.",
        good: r#"resource "aws_ecs_service" "web" {
  name = "web"
  launch_type = "FARGATE"
  platform_version = "LATEST"
}
"#,
        bad: r#"resource "aws_ecs_service" "web" {
  name = "web"
  launch_type = "FARGATE"
  platform_version = "1.3.0"
}
"#,
    },
    remedy: "Remove `platform_version`, or set it to `LATEST`",
    kinds: &["aws_ecs_service"],
    look,
};

fn look(_: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let current = |node: &Node| matches!(node.as_str(), Some("LATEST" | "1.4.0"));
    found.set(&["platform_version"], "\"LATEST\"");
    found.want(
        &["CKV_AWS_332"],
        &["platform_version"],
        true,
        "stays on an old platform version",
        current,
    );
}
