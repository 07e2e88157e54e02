//! Instance metadata without a session token.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, find};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-018",
        title: "Instance metadata without a session token",
        severity: Severity::High,
        fix: FixKind::Auto,
        peers: &["AWS-0028", "AWS-0130", "C-0052", "CKV_AWS_79"],
        about: "One request that a service can be tricked into, or one pod, reads the node's credentials. Set `http_tokens = \"required\"` and `http_put_response_hop_limit = 1` in `metadata_options`.",
        good: r#"resource "aws_instance" "node" {
  ami = "ami-1"
  metadata_options {
    http_tokens = "required"
  }
}
"#,
        bad: r#"resource "aws_instance" "node" {
  ami = "ami-1"
  metadata_options {
    http_tokens = "optional"
  }
}
"#,
    },
    remedy: "Set `http_tokens = \"required\"` and `http_put_response_hop_limit = 1` in `metadata_options`",
    kinds: &[
        "aws_instance",
        "aws_launch_template",
        "aws_launch_configuration",
    ],
    look,
};

fn look(resource: &Resource, _: &Plan<'_>, found: &mut Found<'_>) {
    let own = if resource.kind == "aws_instance" {
        "AWS-0028"
    } else {
        "AWS-0130"
    };
    // An instance takes from its launch template what it does not say itself.
    let off = find(&resource.node, &["metadata_options", "http_endpoint"])
        .0
        .and_then(Node::as_str)
        == Some("disabled");
    let inherits = resource.node.get("launch_template").is_some()
        && resource.node.get("metadata_options").is_none();
    if off || inherits {
        return;
    }
    let required = |node: &Node| node.as_str() == Some("required");
    found.set(&["metadata_options", "http_tokens"], "\"required\"");
    found.want(
        &[own, "C-0052", "CKV_AWS_79"],
        &["metadata_options", "http_tokens"],
        false,
        "answers for metadata without a session token",
        required,
    );
    let near = |node: &Node| node.as_int().is_none_or(|hops| hops <= 1);
    found.set(&["metadata_options", "http_put_response_hop_limit"], "1");
    found.want(
        &["C-0052"],
        &["metadata_options", "http_put_response_hop_limit"],
        true,
        "lets containers reach the metadata service",
        near,
    );
}
