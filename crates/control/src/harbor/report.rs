//! A report in the words of Harbor. Pure.
//!
//! Source: goharbor/pluggable-scanner-spec, OpenAPI 1.2. Harbor keys what it stores by the
//! id of the vulnerability and keeps the first description (harbor#18867): what is true of
//! this image alone stands in `vendor_attributes`.

use lazaret_model::{Finding, Report, Severity};
use serde_json::{Value, json};

use super::wire::Artifact;

/// Media type of the report.
pub(super) const REPORT: &str = "application/vnd.security.vulnerability.report; version=1.1";

/// The report of an image. What the policy or an exception suppresses is left out: the
/// severity is all that Harbor's gate looks at.
pub(super) fn report(report: &Report, artifact: &Artifact, generated_at: &str) -> Value {
    let open: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .collect();
    let worst = open.iter().map(|f| f.severity).max();
    json!({
        "generated_at": generated_at,
        "artifact": artifact,
        "scanner": scanner(),
        "severity": worst.map_or("None", word),
        "vulnerabilities": open.iter().map(|f| vulnerability(f)).collect::<Vec<_>>(),
    })
}

/// Who made it.
pub(super) fn scanner() -> Value {
    json!({
        "name": "Lazaret",
        "vendor": "Lazaret",
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Negligible => "Negligible",
        Severity::Unknown => "Unknown",
    }
}

fn vulnerability(finding: &Finding) -> Value {
    let preferred = |version: char| {
        let of_version = finding
            .cvss
            .iter()
            .filter(|cvss| cvss.version.starts_with(version));
        of_version.max_by(|a, b| a.score.unwrap_or(0.0).total_cmp(&b.score.unwrap_or(0.0)))
    };
    let (v3, v2) = (preferred('3'), preferred('2'));
    json!({
        "id": finding.id,
        "package": finding.package.name,
        "version": finding.package.version,
        "fix_version": finding.fixed_versions.first().cloned().unwrap_or_default(),
        "severity": word(finding.severity),
        "description": finding.title,
        "links": finding.references,
        "preferred_cvss": {
            "score_v3": v3.and_then(|c| c.score),
            "vector_v3": v3.map(|c| c.vector.as_str()).unwrap_or_default(),
            "score_v2": v2.and_then(|c| c.score),
            "vector_v2": v2.map(|c| c.vector.as_str()).unwrap_or_default(),
        },
        "cwe_ids": finding.cwes,
        "vendor_attributes": {
            "purl": finding.package.purl,
            "aliases": finding.aliases,
            "status": finding.status.name(),
            "fixed_versions": finding.fixed_versions,
            "severity_source": finding.severity_source,
            "epss": finding.epss.map(|epss| epss.score),
            "kev": finding.kev,
            "locations": finding.evidence.locations,
        },
    })
}
