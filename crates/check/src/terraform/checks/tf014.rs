//! EKS control plane logs incomplete.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::policy::words;
use crate::terraform::rule::{Found, Plan, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-014",
        title: "EKS control plane logs incomplete",
        severity: Severity::Medium,
        fix: FixKind::Auto,
        peers: &["AWS-0038", "CKV_AWS_37", "C-0254"],
        about: "What was asked of the API server, and by whom, is not kept. Set `enabled_cluster_log_types` to api, audit, authenticator, controllerManager and scheduler.",
        good: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
}
"#,
        bad: r#"resource "aws_eks_cluster" "main" {
  name = "main"
  enabled_cluster_log_types = ["api"]
}
"#,
    },
    remedy: "Set `enabled_cluster_log_types` to api, audit, authenticator, controllerManager and scheduler",
    kinds: &["aws_eks_cluster"],
    look,
};

const KINDS: &[&str] = &[
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let node = resource.node.get("enabled_cluster_log_types");
    if node.is_some_and(Node::is_unknown) {
        return;
    }
    let given = words(node);
    let missing: Vec<&str> = KINDS
        .iter()
        .copied()
        .filter(|kind| !given.iter().any(|one| one.eq_ignore_ascii_case(kind)))
        .collect();
    if !missing.is_empty() {
        let quoted: Vec<String> = missing.iter().map(|kind| format!("\"{kind}\"")).collect();
        let quoted = quoted.join(", ");
        match node {
            Some(list) => found.append(list, &quoted),
            None => found.set(&["enabled_cluster_log_types"], &format!("[{quoted}]")),
        }
        found.add(
            node.map_or(resource.span, |node| node.span),
            &format!("does not log {}", missing.join(", ")),
        );
    }
}
