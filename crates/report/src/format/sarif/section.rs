//! Secrets, forbidden licences and signs of tampering as results.

use std::collections::BTreeMap;

use lazaret_model::{Confidence, Report, Severity};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{cut, level, uri};
use crate::Options;
use crate::section::{self, Row};

/// Adds rules and results, at most `room`, worst first where they do not all fit. Returns
/// how many there are in all.
pub(super) fn add(
    report: &Report,
    options: &Options,
    room: usize,
    rules: &mut Vec<Value>,
    results: &mut Vec<Value>,
) -> usize {
    let mut rows = section::rows(report, options);
    let total = rows.len();
    if total > room {
        rows.sort_by_key(|row| std::cmp::Reverse(row.severity));
        rows.truncate(room);
    }
    let mut index: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &rows {
        let at = *index.entry((row.kind, row.id)).or_insert_with(|| {
            rules.push(rule(row));
            rules.len() - 1
        });
        results.push(result(row, at, report));
    }
    total
}

fn rule(row: &Row<'_>) -> Value {
    let score = match row.severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Negligible => "0.1",
        Severity::Unknown => "0.0",
    };
    let name = match row.kind {
        "secret" => "Secret",
        "license" => "ForbiddenLicense",
        _ => "TamperingSign",
    };
    let precision = match row.confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    json!({
        "id": row.id,
        "name": name,
        "shortDescription": { "text": cut(row.title) },
        "fullDescription": { "text": cut(row.title) },
        "defaultConfiguration": { "level": level(row.severity) },
        "properties": {
            "security-severity": score,
            "tags": ["security", row.kind, row.severity.name()],
            "precision": precision,
        },
    })
}

fn result(row: &Row<'_>, rule: usize, report: &Report) -> Value {
    let fingerprint: String = Sha256::digest(row.key.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let path = match row.path {
        "" => &report.target.name,
        path => path,
    };
    let region = match row.position {
        (0, _) => json!({ "startLine": 1 }),
        (line, column) => json!({ "startLine": line, "startColumn": column.max(1) }),
    };
    let mut map = Map::new();
    map.insert("ruleId".into(), row.id.into());
    map.insert("ruleIndex".into(), rule.into());
    map.insert("level".into(), level(row.severity).into());
    map.insert(
        "message".into(),
        json!({ "text": format!("{}: {}", row.place, row.text) }),
    );
    map.insert(
        "locations".into(),
        json!([{ "physicalLocation": {
            "artifactLocation": { "uri": uri(path) },
            "region": region,
        }}]),
    );
    map.insert(
        "partialFingerprints".into(),
        json!({ "lazaretKey/v1": fingerprint }),
    );
    map.insert(
        "properties".into(),
        json!({ "key": row.key, "confidence": row.confidence.name() }),
    );
    if let Some(suppression) = row.suppressed {
        let kind = match suppression.by.as_str() {
            "inline" => "inSource",
            _ => "external",
        };
        let text = format!("{}: {}", suppression.by, suppression.reason);
        map.insert(
            "suppressions".into(),
            json!([{ "kind": kind, "status": "accepted", "justification": text }]),
        );
    }
    Value::Object(map)
}
