//! GitLab's security reports, schema 15: container scanning for an image and for a system,
//! dependency scanning for a directory, a bill of materials or a list of packages.
//!
//! Specification: GitLab, "Security report schemas", versions 15.0.x, with their limits:
//! a name has at most 255 characters, a solution 7 000, a description 1 048 576.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use lazaret_model::{Finding, Report, Severity, TargetKind};
use serde_json::{Value, json};

use super::{Format, RenderError};
use crate::{Options, document, issue, owner, view};

pub(super) static FORMAT: Format = Format {
    name: "gitlab",
    title: "GitLab security report",
    about: "GitLab's container scanning (images) or dependency scanning (directories) report",
    file_extension: "json",
    media_type: "application/json",
    render,
};

/// The schema that the reports follow.
const VERSION: &str = "15.0.7";

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let of_image = report.target.kind == TargetKind::Image;
    let kind = if of_image {
        "container_scanning"
    } else {
        "dependency_scanning"
    };
    let time = document::time_needed(options, Some(report));
    let time = time.trim_end_matches('Z');
    let tool = json!({
        "id": "lazaret",
        "name": "Lazaret",
        "version": report.scanner.version,
        "vendor": { "name": "Lazaret" },
    });
    let mut vulnerabilities = Vec::new();
    for finding in view::shown(report, options) {
        vulnerabilities.push(vulnerability(finding, report, of_image)?);
    }
    let mut document = json!({
        "version": VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": kind,
            "start_time": time,
            "end_time": time,
            "status": "success",
            "messages": messages(report, options),
        },
        "vulnerabilities": vulnerabilities,
    });
    if !of_image && let Some(map) = document.as_object_mut() {
        map.insert("dependency_files".into(), dependency_files(report));
    }
    Ok(document::write_json(&document, out)?)
}

/// What a person should know besides: gaps, and what is not shown.
fn messages(report: &Report, options: &Options) -> Vec<Value> {
    let message = |level: &str, text: String| json!({ "level": level, "value": text });
    let mut all: Vec<Value> = report
        .gaps
        .iter()
        .map(|gap| message("warn", format!("not examined: {gap}")))
        .collect();
    if let Some(warning) = view::starter_warning(report) {
        all.push(message("warn", warning.to_owned()));
    }
    let hidden = report.findings.len() - view::shown(report, options).count();
    if hidden > 0 {
        let text = format!("{hidden} suppressed findings are not shown");
        all.push(message("info", text));
    }
    let issues = issue::issues(report, options);
    let others = issues.iter().filter(|i| i.kind != "vulnerability").count();
    if others > 0 {
        let text = format!("{others} findings that are no vulnerabilities are not in this report");
        all.push(message("info", text));
    }
    all
}

fn vulnerability(finding: &Finding, report: &Report, of_image: bool) -> Result<Value, RenderError> {
    let title = if finding.title.is_empty() {
        &finding.id
    } else {
        &finding.title
    };
    let severity = match finding.severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Negligible => "Info",
        Severity::Unknown => "Unknown",
    };
    let links: Vec<Value> = finding
        .references
        .iter()
        .filter(|url| is_http(url))
        .map(|url| json!({ "url": url }))
        .collect();
    let mut value = json!({
        "id": document::uuid_of(&finding.key)?,
        "name": cut(&format!("{} in {}", finding.id, finding.package.name), 255),
        "description": cut(title, 1_048_576),
        "severity": severity,
        "solution": cut(&solution(finding), 7_000),
        "identifiers": identifiers(finding),
        "location": location(finding, report, of_image),
    });
    if let Some(map) = value.as_object_mut() {
        let owner = owner::long(finding);
        if !owner.is_empty() {
            let text = json!({ "name": "Brought by", "type": "text", "value": owner });
            map.insert("details".into(), json!({ "brought_by": text }));
        }
        if !links.is_empty() {
            map.insert("links".into(), links.into());
        }
        if let Some(suppression) = &finding.suppressed {
            let text = format!("{}: {}", suppression.by, suppression.reason);
            let flag = json!({
                "type": "flagged-as-likely-false-positive",
                "origin": "lazaret",
                "description": text,
            });
            map.insert("flags".into(), json!([flag]));
        }
    }
    Ok(value)
}

fn solution(finding: &Finding) -> String {
    match finding.fixed_versions.first() {
        Some(_) => format!(
            "Upgrade {} from {} to {}",
            finding.package.name,
            finding.package.version,
            finding.fixed_versions.join(" or ")
        ),
        None => view::remedy(finding),
    }
}

/// The id that people know first: GitLab tracks a vulnerability by it.
fn identifiers(finding: &Finding) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let ids = std::iter::once(&finding.id).chain(&finding.aliases);
    let mut all: Vec<Value> = ids
        .filter(|id| !id.is_empty() && seen.insert(id.as_str()))
        .map(|id| {
            let mut value = json!({ "type": kind_of_id(id), "name": id, "value": id });
            if let (Some(map), Some(url)) = (value.as_object_mut(), address(id)) {
                map.insert("url".into(), url.into());
            }
            value
        })
        .collect();
    all.extend(finding.cwes.iter().filter_map(|cwe| {
        let number = cwe.strip_prefix("CWE-")?;
        Some(json!({ "type": "cwe", "name": cwe, "value": number }))
    }));
    all
}

/// The type that GitLab knows an id by.
fn kind_of_id(id: &str) -> &'static str {
    const KINDS: [(&str, &str); 10] = [
        ("CVE-", "cve"),
        ("GHSA-", "ghsa"),
        ("RHSA-", "rhsa"),
        ("USN-", "usn"),
        ("ELSA-", "elsa"),
        ("DSA-", "dsa"),
        ("DLA-", "dla"),
        ("ALAS", "alas"),
        ("RUSTSEC-", "rustsec"),
        ("PYSEC-", "pysec"),
    ];
    let found = KINDS.iter().find(|(prefix, _)| id.starts_with(prefix));
    found.map_or("lazaret", |(_, kind)| kind)
}

/// Where an id can be looked up, where the id itself is all that the address needs.
fn address(id: &str) -> Option<String> {
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !plain {
        return None;
    }
    match kind_of_id(id) {
        "cve" => Some(format!("https://nvd.nist.gov/vuln/detail/{id}")),
        "ghsa" => Some(format!("https://github.com/advisories/{id}")),
        _ => None,
    }
}

fn location(finding: &Finding, report: &Report, of_image: bool) -> Value {
    let dependency = json!({
        "package": { "name": finding.package.name },
        "version": finding.package.version,
    });
    if !of_image {
        return json!({ "file": file_of(finding, report), "dependency": dependency });
    }
    let system = match &report.target.distro {
        Some(distro) => distro.to_string(),
        None => "unknown".to_owned(),
    };
    let mut image = report.target.name.clone();
    if image.is_empty() {
        "unnamed".clone_into(&mut image);
    }
    json!({ "dependency": dependency, "operating_system": system, "image": image })
}

fn file_of(finding: &Finding, report: &Report) -> String {
    let place = finding.evidence.locations.first();
    issue::relative(place.unwrap_or(&report.target.name))
}

/// Every file that packages were read from, with what is in it.
fn dependency_files(report: &Report) -> Value {
    let mut files: BTreeMap<(String, &str), BTreeSet<(&str, &str)>> = BTreeMap::new();
    for package in &report.packages {
        let place = package.locations.first().map(|l| l.path.as_str());
        let path = issue::relative(place.unwrap_or(&report.target.name));
        let entry = files.entry((path, manager(package.kind()))).or_default();
        entry.insert((package.name.as_str(), package.version.as_str()));
    }
    let files: Vec<Value> = files
        .into_iter()
        .map(|((path, manager), packages)| {
            let dependencies: Vec<Value> = packages
                .into_iter()
                .map(|(name, version)| json!({ "package": { "name": name }, "version": version }))
                .collect();
            json!({ "path": path, "package_manager": manager, "dependencies": dependencies })
        })
        .collect();
    files.into()
}

/// GitLab's name of the package manager of a purl type.
fn manager(kind: &str) -> &str {
    match kind {
        "pypi" => "pip",
        "gem" => "bundler",
        "golang" => "go",
        "" => "unknown",
        other => other,
    }
}

fn is_http(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty())
}

fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
