//! Quota or limit range incomplete.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::node::Node;
use crate::manifest::object::Object;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KW-038",
        title: "Quota or limit range incomplete",
        severity: Severity::Medium,
        fix: FixKind::Manual,
        peers: &["KSV-0039", "KSV-0040"],
        about: "A quota that leaves out memory or CPU lets one namespace take the cluster's. Set requests and limits of CPU and memory in the ResourceQuota, defaults of both in the LimitRange.",
        good: r#"{apiVersion: v1, kind: ResourceQuota, metadata: {name: shop}, spec: {hard: {requests.cpu: "4", requests.memory: 8Gi, limits.cpu: "8", limits.memory: 16Gi}}}
"#,
        bad: r#"{apiVersion: v1, kind: ResourceQuota, metadata: {name: shop}, spec: {hard: {requests.cpu: "4"}}}
"#,
    },
    remedy: "Set requests and limits of CPU and memory in the ResourceQuota, defaults of both in the LimitRange",
    look: Look::Object(look),
};

fn look(object: &Object, found: &mut Found<'_>) {
    match object.kind() {
        "ResourceQuota" => quota(object, found),
        "LimitRange" => range(object, found),
        _ => {}
    }
}

fn quota(object: &Object, found: &mut Found<'_>) {
    // A quota for some pods only, or for other things than CPU and memory, is beside the other one.
    let Some(hard) = object.node.at(&["spec", "hard"]) else {
        return found.add_as(
            &["KSV-0040"],
            object.span(),
            format!("{} limits nothing", object.title()),
        );
    };
    let missing: Vec<&str> = [
        ("requests.cpu", "cpu"),
        ("requests.memory", "memory"),
        ("limits.cpu", ""),
        ("limits.memory", ""),
    ]
    .into_iter()
    .filter(|(key, short)| hard.get(key).is_none() && hard.get(short).is_none())
    .map(|(key, _)| key)
    .collect();
    if !missing.is_empty() {
        found.add_as(
            &["KSV-0040"],
            hard.span,
            format!("{} does not limit {}", object.title(), missing.join(", ")),
        );
    }
}

fn range(object: &Object, found: &mut Found<'_>) {
    let limits = object.spec().map_or(&[][..], |spec| spec.list("limits"));
    let covers = |resource: &str| {
        let has = |limit: &Node| {
            ["default", "max"].into_iter().any(|key| {
                limit
                    .get(key)
                    .is_some_and(|all| all.get(resource).is_some())
            })
        };
        limits
            .iter()
            .any(|limit| limit.str_at("type") == Some("Container") && has(limit))
    };
    if !covers("memory") || !covers("cpu") {
        found.add_as(
            &["KSV-0039"],
            object.span(),
            format!(
                "{} gives containers no default or maximum of CPU and memory",
                object.title()
            ),
        );
    }
}
