//! Wildcard rights in an IAM policy.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::policy::{allowed, words};
use crate::terraform::rule::{Found, Plan, Rule, each};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-020",
        title: "Wildcard rights in an IAM policy",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["AWS-0057", "AWS-0342", "CKV_AWS_286", "CKV_AWS_355"],
        about: "Whoever takes over the task or node may do everything that nobody thought of when the star was written. List the actions and the resources that are needed.",
        good: r#"resource "aws_iam_role_policy" "web" {
  role = "web"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::web/index.html" }] })
}
"#,
        bad: r#"resource "aws_iam_role_policy" "web" {
  role = "web"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
"#,
    },
    remedy: "List the actions and the resources that are needed",
    kinds: &[
        "aws_iam_policy",
        "aws_iam_role_policy",
        "aws_iam_user_policy",
        "aws_iam_group_policy",
        "aws_iam_role",
    ],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let inline = each(&resource.node, "inline_policy")
        .into_iter()
        .filter_map(|one| one.get("policy"));
    for policy in resource.node.get("policy").into_iter().chain(inline) {
        for statement in allowed(policy) {
            judge(policy, &statement, found);
        }
    }
}

fn judge(policy: &Node, statement: &Node, found: &mut Found<'_>) {
    let actions = words(statement.get("Action"));
    let span = statement
        .get("Action")
        .map_or(policy.span, |node| node.span);
    if let Some(action) = actions.iter().find(|action| action.contains('*')) {
        found.add_as(
            &["AWS-0057", "CKV_AWS_286"],
            span,
            &format!("allows `{action}`"),
        );
    } else if words(statement.get("Resource")).contains(&"*")
        && !actions.iter().all(|action| only_reads(action))
    {
        let span = statement
            .get("Resource")
            .map_or(policy.span, |node| node.span);
        found.add_as(
            &["AWS-0057", "CKV_AWS_355"],
            span,
            "allows its actions on every resource",
        );
    }
    if actions
        .iter()
        .any(|action| action.eq_ignore_ascii_case("iam:PassRole"))
    {
        found.add_as(&["AWS-0342"], span, "may hand roles on to other services");
    }
}

/// Actions that AWS offers for every resource or not at all.
fn only_reads(action: &str) -> bool {
    let verb = action.split_once(':').map_or(action, |(_, verb)| verb);
    ["Describe", "List", "Get"]
        .iter()
        .any(|start| verb.starts_with(start))
        && !verb.contains("Secret")
}
