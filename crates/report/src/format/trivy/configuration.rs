//! Misconfigurations as Trivy's results of class `config`: one for each file.
//!
//! The shape is Trivy's `types.DetectedMisconfiguration`. An id is Trivy's where the check
//! has one there, so that ignore lists and dashboards hold.

use std::collections::BTreeMap;

use lazaret_model::{CheckStatus, Misconfiguration, Report};
use serde_json::{Value, json};

use super::level;

/// Beginnings of the ids of Trivy's checks.
const PREFIXES: [&str; 4] = ["DS-", "KSV-", "AWS-", "AVD-"];

/// Results of files with misconfigurations, by path.
pub(super) fn results(report: &Report) -> Vec<Value> {
    let mut files: BTreeMap<&str, Vec<&Misconfiguration>> = BTreeMap::new();
    for found in &report.misconfigurations {
        files.entry(found.target.as_str()).or_default().push(found);
    }
    files.iter().map(|(file, of)| checked(file, of)).collect()
}

fn checked(file: &str, found: &[&Misconfiguration]) -> Value {
    let failed = found.iter().filter(|one| one.counts()).count();
    let passed = found
        .iter()
        .filter(|one| one.status == CheckStatus::Pass)
        .count();
    let shown = found.iter().filter(|one| one.suppressed.is_none());
    let kind = kind(found);
    let shown: Vec<Value> = shown.map(|one| misconfiguration(one, kind)).collect();
    json!({
        "Target": file,
        "Class": "config",
        "Type": kind,
        "MisconfSummary": { "Successes": passed, "Failures": failed },
        "Misconfigurations": shown,
    })
}

/// Trivy's type of a file, by the family of the checks that looked at it.
fn kind(found: &[&Misconfiguration]) -> &'static str {
    let of = |part: &str| found.iter().any(|one| one.id.contains(part));
    if of("-DF-") {
        "dockerfile"
    } else if of("-TF-") {
        "terraform"
    } else {
        "kubernetes"
    }
}

fn misconfiguration(found: &Misconfiguration, kind: &str) -> Value {
    let theirs = found
        .aliases
        .iter()
        .find(|alias| PREFIXES.iter().any(|prefix| alias.starts_with(prefix)));
    let status = match found.status {
        CheckStatus::Pass => "PASS",
        CheckStatus::Fail => "FAIL",
        // Trivy has no word for what could not be told.
        CheckStatus::Unknown => "EXCEPTION",
    };
    let mut cause = json!({ "Resource": found.resource, "Provider": kind });
    if found.line > 0
        && let Some(map) = cause.as_object_mut()
    {
        map.insert("StartLine".into(), found.line.into());
        map.insert("EndLine".into(), found.end_line.max(found.line).into());
    }
    json!({
        "Type": kind,
        "ID": theirs.unwrap_or(&found.id),
        "Title": found.title,
        "Description": found.message,
        "Message": found.message,
        "Resolution": found.remedy,
        "Severity": level(found.severity),
        "Status": status,
        "Layer": {},
        "CauseMetadata": cause,
    })
}
