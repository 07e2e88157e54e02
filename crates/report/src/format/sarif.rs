//! SARIF 2.1.0, for code scanning.
//!
//! Specification: OASIS SARIF 2.1.0 (section 3), and GitHub's "SARIF support for code
//! scanning" for its limits: 25 000 results, 25 000 rules; what does not fit is announced.

use std::collections::BTreeMap;
use std::io::Write;

use lazaret_model::{Finding, Gap, Report, Severity};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Format, RenderError};
use crate::{Options, document, view};

mod configuration;
mod section;

pub(super) static FORMAT: Format = Format {
    name: "sarif",
    title: "SARIF 2.1.0",
    about: "for code scanning services",
    file_extension: "sarif",
    media_type: "application/sarif+json",
    render,
};

/// Most results that GitHub takes in one run.
const MAX_RESULTS: usize = 25_000;

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut findings: Vec<&Finding> = view::shown(report, options).collect();
    let total = findings.len();
    if total > MAX_RESULTS {
        findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
        findings.truncate(MAX_RESULTS);
    }
    let mut worst: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in &findings {
        let rule = worst.entry(finding.id.as_str()).or_insert(finding);
        if finding.severity > rule.severity {
            *rule = finding;
        }
    }
    let index: BTreeMap<&str, usize> = worst.keys().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut rules: Vec<Value> = worst.values().map(|f| rule(f)).collect();
    let mut results: Vec<Value> = findings
        .iter()
        .map(|f| {
            result(
                f,
                index.get(f.id.as_str()).copied().unwrap_or_default(),
                report,
            )
        })
        .collect();
    let room = MAX_RESULTS - results.len();
    let total = total + configuration::add(report, options, room, &mut rules, &mut results);
    let room = MAX_RESULTS - results.len();
    let total = total + section::add(report, options, room, &mut rules, &mut results);
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Lazaret",
                "semanticVersion": report.scanner.version,
                "version": report.scanner.version,
                "rules": rules,
            }},
            "invocations": [invocation(report, options, total)],
            "columnKind": "unicodeCodePoints",
            "properties": {
                "target": report.target.name,
                "digest": report.target.digest.as_ref().map(ToString::to_string),
                "decision": view::outcome(report.decision.outcome),
            },
            "results": results,
        }],
    });
    Ok(document::write_json(&log, out)?)
}

fn invocation(report: &Report, options: &Options, total: usize) -> Value {
    let mut notes: Vec<Value> = report.gaps.iter().map(of_gap).collect();
    let mut say = |level: &str, id: &str, text: String| {
        notes.push(json!({
            "level": level,
            "descriptor": { "id": id },
            "message": { "text": text },
        }));
    };
    if let Some(warning) = view::starter_warning(report) {
        say("warning", "starter_database", warning.to_owned());
    }
    if total > MAX_RESULTS {
        let text = format!("{total} findings; only the {MAX_RESULTS} worst are in this file");
        say("warning", "limit", text);
    }
    let answers = report.misconfigurations.iter();
    let silenced = answers.filter(|m| m.suppressed.is_some()).count();
    let silenced = silenced + crate::section::suppressed(report);
    let silenced = if options.show_suppressed { 0 } else { silenced };
    let hidden = report.findings.len() - view::shown(report, options).count() + silenced;
    if hidden > 0 {
        say(
            "note",
            "suppressed",
            format!("{hidden} suppressed findings are not shown"),
        );
    }
    let mut map = Map::new();
    map.insert("executionSuccessful".into(), report.gaps.is_empty().into());
    map.insert("toolExecutionNotifications".into(), notes.into());
    if let Some(time) = document::time_given(options) {
        map.insert("endTimeUtc".into(), time.into());
    }
    Value::Object(map)
}

fn of_gap(gap: &Gap) -> Value {
    json!({
        "level": "warning",
        "descriptor": { "id": gap.kind.name() },
        "message": { "text": gap.to_string() },
    })
}

fn rule(finding: &Finding) -> Value {
    let title = if finding.title.is_empty() {
        &finding.id
    } else {
        &finding.title
    };
    let mut map = Map::new();
    map.insert("id".into(), finding.id.as_str().into());
    map.insert("name".into(), "VulnerablePackage".into());
    map.insert("shortDescription".into(), json!({ "text": cut(title) }));
    map.insert("fullDescription".into(), json!({ "text": cut(title) }));
    if let Some(url) = finding.references.first() {
        map.insert("helpUri".into(), url.as_str().into());
    }
    let help = format!(
        "{} in {}: {}",
        finding.id,
        finding.package.name,
        view::remedy(finding)
    );
    map.insert("help".into(), json!({ "text": help }));
    map.insert(
        "defaultConfiguration".into(),
        json!({ "level": level(finding.severity) }),
    );
    let mut tags = vec![
        "security".to_owned(),
        "vulnerability".to_owned(),
        finding.severity.name().to_owned(),
    ];
    tags.extend(
        finding
            .cwes
            .iter()
            .take(7)
            .map(|c| format!("external/cwe/{}", c.to_lowercase())),
    );
    map.insert(
        "properties".into(),
        json!({ "security-severity": score(finding), "tags": tags, "precision": "very-high" }),
    );
    Value::Object(map)
}

/// The first 1024 characters: what GitHub keeps of a description.
fn cut(text: &str) -> String {
    text.chars().take(1024).collect()
}

fn score(finding: &Finding) -> String {
    let best = finding
        .cvss
        .iter()
        .filter_map(|c| c.score)
        .find(|s| Severity::from_score(*s) == finding.severity);
    let score = best.unwrap_or(match finding.severity {
        Severity::Critical => 9.5,
        Severity::High => 8.0,
        Severity::Medium => 5.5,
        Severity::Low => 2.0,
        Severity::Negligible => 0.1,
        Severity::Unknown => 0.0,
    });
    format!("{score:.1}")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        _ => "note",
    }
}

fn result(finding: &Finding, rule: usize, report: &Report) -> Value {
    let package = &finding.package;
    let mut message = format!(
        "{} {} has {} ({}): {}",
        package.name,
        package.version,
        finding.id,
        finding.severity,
        view::remedy(finding)
    );
    for mark in view::marks(finding) {
        message.push_str(&format!("; {mark}"));
    }
    let fingerprint: String = Sha256::digest(finding.key.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let mut map = Map::new();
    map.insert("ruleId".into(), finding.id.as_str().into());
    map.insert("ruleIndex".into(), rule.into());
    map.insert("level".into(), level(finding.severity).into());
    map.insert("message".into(), json!({ "text": message }));
    map.insert("locations".into(), locations(finding, report).into());
    map.insert(
        "partialFingerprints".into(),
        json!({ "lazaretKey/v1": fingerprint }),
    );
    let mut properties = json!({
        "purl": package.purl,
        "key": finding.key,
        "status": finding.status.name(),
        "fixed_versions": finding.fixed_versions,
        "kev": finding.kev,
        "epss": finding.epss.map(|e| e.score),
        "compared": finding.evidence.compared,
    });
    if let Some(from_base) = finding.from_base {
        properties["from_base"] = from_base.into();
    }
    map.insert("properties".into(), properties);
    if let Some(suppression) = &finding.suppressed {
        let text = format!("{}: {}", suppression.by, suppression.reason);
        map.insert(
            "suppressions".into(),
            json!([{ "kind": "external", "status": "accepted", "justification": text }]),
        );
    }
    Value::Object(map)
}

/// The package's files, or the target itself: a result without a place is not shown.
fn locations(finding: &Finding, report: &Report) -> Vec<Value> {
    let logical = json!([{
        "name": finding.package.name,
        "fullyQualifiedName": finding.package.purl,
        "kind": "package",
    }]);
    let place = |path: &str| {
        json!({
            "physicalLocation": {
                "artifactLocation": { "uri": uri(path) },
                "region": { "startLine": 1 },
            },
            "logicalLocations": logical,
        })
    };
    if finding.evidence.locations.is_empty() {
        return vec![place(&report.target.name)];
    }
    finding
        .evidence
        .locations
        .iter()
        .take(10)
        .map(|path| place(path))
        .collect()
}

/// A relative URI reference: what has a meaning in URIs is escaped.
fn uri(path: &str) -> String {
    let path = path.trim_start_matches('/');
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    if out.is_empty() {
        "unnamed".to_owned()
    } else {
        out
    }
}
