//! Volume of a node unencrypted.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::terraform::module::Resource;
use crate::terraform::rule::{Found, Plan, Rule, each};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-TF-019",
        title: "Volume of a node unencrypted",
        severity: Severity::High,
        fix: FixKind::Suggested,
        peers: &["AWS-0026", "AWS-0131", "AWS-0008", "CKV_AWS_3", "CKV_AWS_8"],
        about: "Whoever gets a snapshot or a disk has image layers, Secrets and volumes of every pod. Set `encrypted = true`, or switch encryption on for the account.",
        good: r#"resource "aws_ebs_volume" "data" {
  size = 8
  encrypted = true
}
"#,
        bad: r#"resource "aws_ebs_volume" "data" {
  size = 8
  encrypted = false
}
"#,
    },
    remedy: "Set `encrypted = true`, or switch encryption on for the account",
    kinds: &[
        "aws_ebs_volume",
        "aws_instance",
        "aws_launch_configuration",
        "aws_launch_template",
    ],
    look,
};

fn look(resource: &Resource, plan: &Plan<'_>, found: &mut Found<'_>) {
    let by_default = plan
        .of("aws_ebs_encryption_by_default", resource)
        .any(|one| one.node.bool_at("enabled") != Some(false));
    if by_default {
        return;
    }
    match resource.kind.as_str() {
        "aws_ebs_volume" => found.want_true(
            &["AWS-0026", "CKV_AWS_3"],
            &["encrypted"],
            false,
            "is not encrypted",
        ),
        "aws_instance" => devices(
            resource,
            &["root_block_device", "ebs_block_device"],
            &["AWS-0131", "CKV_AWS_8"],
            found,
        ),
        "aws_launch_configuration" => devices(
            resource,
            &["root_block_device", "ebs_block_device"],
            &["AWS-0008", "CKV_AWS_8"],
            found,
        ),
        _ => {
            for mapping in each(&resource.node, "block_device_mappings") {
                each(mapping, "ebs")
                    .into_iter()
                    .for_each(|device| one(device, &["AWS-0008"], found));
            }
        }
    }
}

fn devices(resource: &Resource, keys: &[&str], peers: &[&'static str], found: &mut Found<'_>) {
    for key in keys {
        each(&resource.node, key)
            .into_iter()
            .for_each(|device| one(device, peers, found));
    }
}

fn one(device: &Node, peers: &[&'static str], found: &mut Found<'_>) {
    let node = device.get("encrypted");
    // A snapshot brings its own encryption along.
    let inherits = node.is_none() && device.get("snapshot_id").is_some();
    if !inherits && node.is_none_or(|node| !node.is_unknown() && node.as_bool() != Some(true)) {
        found.add_as(
            peers,
            node.map_or(device.span, |node| node.span),
            "has a volume that is not encrypted",
        );
    }
}
