//! Misconfigurations as results: one rule per check, the lines as the region.

use std::collections::BTreeMap;

use lazaret_model::{CheckStatus, Misconfiguration, Report, Severity};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{cut, level, uri};
use crate::{Options, misconfiguration};

/// Adds rules and results, at most `room`, worst first where they do not all fit. Returns
/// how many there are in all.
pub(super) fn add(
    report: &Report,
    options: &Options,
    room: usize,
    rules: &mut Vec<Value>,
    results: &mut Vec<Value>,
) -> usize {
    let mut answers: Vec<&Misconfiguration> = misconfiguration::shown(report, options).collect();
    let total = answers.len();
    if total > room {
        answers.sort_by_key(|m| std::cmp::Reverse(m.severity));
        answers.truncate(room);
    }
    let mut worst: BTreeMap<&str, &Misconfiguration> = BTreeMap::new();
    for answer in &answers {
        let rule = worst.entry(answer.id.as_str()).or_insert(answer);
        if answer.severity > rule.severity {
            *rule = answer;
        }
    }
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, answer) in &worst {
        index.insert(id, rules.len());
        rules.push(rule(answer));
    }
    let result = |m: &&Misconfiguration| result(m, index.get(m.id.as_str()).copied());
    results.extend(answers.iter().map(result));
    total
}

fn rule(answer: &Misconfiguration) -> Value {
    let score = match answer.severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Negligible => "0.1",
        Severity::Unknown => "0.0",
    };
    json!({
        "id": answer.id,
        "name": "Misconfiguration",
        "shortDescription": { "text": cut(&answer.title) },
        "fullDescription": { "text": cut(&answer.title) },
        "help": { "text": format!("`lazaret check --explain {}` tells more", answer.id) },
        "defaultConfiguration": { "level": level(answer.severity) },
        "properties": {
            "security-severity": score,
            "tags": ["security", "misconfiguration", answer.severity.name()],
            "precision": "high",
        },
    })
}

fn result(answer: &Misconfiguration, rule: Option<usize>) -> Value {
    let fingerprint: String = Sha256::digest(answer.key().as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let mut message = answer.message.clone();
    if message.is_empty() {
        message.clone_from(&answer.title);
    }
    if !answer.remedy.is_empty() {
        message.push_str(&format!(": {}", answer.remedy));
    }
    let mut map = Map::new();
    map.insert("ruleId".into(), answer.id.as_str().into());
    map.insert("ruleIndex".into(), rule.unwrap_or_default().into());
    let kind = match answer.status {
        CheckStatus::Fail => "fail",
        CheckStatus::Unknown => "review",
        CheckStatus::Pass => "pass",
    };
    map.insert("kind".into(), kind.into());
    // Only a failure may have a level (section 3.27.9 of the specification).
    let shown = match answer.status {
        CheckStatus::Fail => level(answer.severity),
        _ => "none",
    };
    map.insert("level".into(), shown.into());
    map.insert("message".into(), json!({ "text": message }));
    map.insert(
        "locations".into(),
        json!([{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&answer.target) },
            "region": region(answer),
        }}]),
    );
    map.insert(
        "partialFingerprints".into(),
        json!({ "lazaretKey/v1": fingerprint }),
    );
    map.insert(
        "properties".into(),
        json!({ "aliases": answer.aliases, "fix": answer.fix.name(), "resource": answer.resource }),
    );
    if let Some(suppression) = &answer.suppressed {
        let kind = if suppression.by == "comment" {
            "inSource"
        } else {
            "external"
        };
        let text = format!("{}: {}", suppression.by, suppression.reason);
        map.insert(
            "suppressions".into(),
            json!([{ "kind": kind, "status": "accepted", "justification": text }]),
        );
    }
    Value::Object(map)
}

fn region(answer: &Misconfiguration) -> Value {
    if answer.line == 0 {
        return json!({ "startLine": 1 });
    }
    json!({
        "startLine": answer.line,
        "startColumn": answer.column.max(1),
        "endLine": answer.end_line.max(answer.line),
        "endColumn": answer.end_column.max(1),
    })
}
