//! Requests to the API server may last too long.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::manifest::control::{component, flag};
use crate::manifest::object::Container;
use crate::manifest::rule::{Found, Look, Rule};

pub(super) static RULE: Rule = Rule {
    check: Check {
        id: "LZ-KC-012",
        title: "Requests to the API server may last too long",
        severity: Severity::Medium,
        fix: FixKind::Suggested,
        peers: &["C-0134"],
        about: "A request without an end, or one of many minutes, holds a place of the API server: a few slow clients keep everybody out. Leave `--request-timeout` at its minute, or set at most five.",
        good: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.34.2", command: [kube-apiserver, "--request-timeout=60s"]}]}}
"#,
        bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver, namespace: kube-system}, spec: {containers: [{name: kube-apiserver, image: "registry.k8s.io/kube-apiserver:v1.34.2", command: [kube-apiserver, "--request-timeout=1h"]}]}}
"#,
    },
    remedy: "Leave `--request-timeout` at its minute, or set at most five",
    look: Look::Container(look),
};

/// Longest time that is taken for reasonable, in seconds.
const MOST: f64 = 300.0;

fn look(container: &Container<'_>, found: &mut Found<'_>) {
    if component(container) != Some("kube-apiserver") {
        return;
    }
    let Some((value, span)) = flag(container, "request-timeout") else {
        return;
    };
    if seconds(value).is_some_and(|time| time <= 0.0 || time > MOST) {
        found.add(span, format!("`kube-apiserver` gives a request {value}"));
    }
}

/// Seconds of a duration as Go writes it: `1h15m30s`, `500ms`; `None` when it is none.
fn seconds(text: &str) -> Option<f64> {
    let (mut rest, mut all) = (text, 0.0);
    if text == "0" {
        return Some(0.0);
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let end = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, tail) = after.split_at_checked(end)?;
        let factor = match unit {
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "\u{b5}s" => 0.000_001,
            "ns" => 0.000_000_001,
            _ => return None,
        };
        all += number.parse::<f64>().ok()? * factor;
        rest = tail;
    }
    Some(all)
}
