//! Everything a report complains about, in one shape, for formats that know only one.

use lazaret_model::{Finding, Report, Severity};
use serde_json::Value;

use crate::{Options, text, view};

/// One complaint.
pub(crate) struct Issue {
    /// `vulnerability`, `misconfiguration`, `secret` or `license`.
    pub(crate) kind: &'static str,
    /// Id of the vulnerability or rule.
    pub(crate) id: String,
    /// One line about it, without place.
    pub(crate) title: String,
    /// The level.
    pub(crate) severity: Severity,
    /// The file, or the target where there is none.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: u64,
    /// Stable across runs.
    pub(crate) key: String,
    /// What it is about: package and version, or the file.
    pub(crate) subject: String,
    /// What can be done.
    pub(crate) remedy: String,
    /// Why it does not count, where it does not.
    pub(crate) suppressed: Option<String>,
}

/// All complaints that `options` ask for: vulnerabilities in the report's order, then
/// misconfigurations, secrets and licences.
pub(crate) fn issues(report: &Report, options: &Options) -> Vec<Issue> {
    let mut all: Vec<Issue> = view::shown(report, options)
        .map(|f| of_finding(f, report))
        .collect();
    let others = [
        ("misconfiguration", &report.misconfigurations),
        ("secret", &report.secrets),
        ("license", &report.licenses),
    ];
    for (kind, values) in others {
        let found = values.iter().filter_map(|v| of_value(kind, v, report));
        all.extend(found.filter(|i| options.show_suppressed || i.suppressed.is_none()));
    }
    all
}

fn of_finding(finding: &Finding, report: &Report) -> Issue {
    let package = &finding.package;
    let place = finding.evidence.locations.first();
    Issue {
        kind: "vulnerability",
        id: finding.id.clone(),
        title: finding.title.clone(),
        severity: finding.severity,
        path: place.unwrap_or(&report.target.name).clone(),
        line: 1,
        key: finding.key.clone(),
        subject: format!("{} {}", package.name, package.version),
        remedy: view::remedy(finding),
        suppressed: finding
            .suppressed
            .as_ref()
            .map(|s| format!("{}: {}", s.by, s.reason)),
    }
}

/// A complaint that the report holds as a value; none where it passed.
fn of_value(kind: &'static str, value: &Value, report: &Report) -> Option<Issue> {
    let word = |names: &[&str]| {
        let found = names.iter().find_map(|n| value.get(n)?.as_str());
        found.unwrap_or_default().to_owned()
    };
    let status = word(&["status"]);
    if status == "PASS" {
        return None;
    }
    let id = word(&["id", "rule", "license"]);
    let mut path = word(&["target", "path", "file"]);
    if path.is_empty() {
        path.clone_from(&report.target.name);
    }
    let line = value
        .get("line")
        .and_then(Value::as_u64)
        .unwrap_or(1)
        .max(1);
    let suppressed = value.get("suppressed").filter(|s| !s.is_null());
    let mut title = word(&["message", "title", "name"]);
    if status == "UNKNOWN" {
        title = format!("could not be decided: {title}");
    }
    Some(Issue {
        kind,
        title,
        severity: word(&["severity"]).parse().unwrap_or(Severity::Unknown),
        key: format!(
            "{kind}|{path}|{id}|{}",
            word(&["fingerprint", "key", "message"])
        ),
        subject: path.clone(),
        path,
        line,
        id,
        remedy: word(&["remediation", "fix"]),
        suppressed: suppressed.map(|s| {
            let by = s.get("by").and_then(Value::as_str).unwrap_or_default();
            let reason = s.get("reason").and_then(Value::as_str).unwrap_or_default();
            format!("{by}: {reason}")
        }),
    })
}

/// How many complaints are not shown because something suppresses them.
pub(crate) fn hidden(report: &Report, options: &Options) -> usize {
    let all = Options {
        show_suppressed: true,
        ..options.clone()
    };
    issues(report, &all).len() - issues(report, options).len()
}

/// A relative path as other programs want it: no leading slash, never empty, no controls.
pub(crate) fn relative(path: &str) -> String {
    match text::clean(path.trim_start_matches(['/', '.'])) {
        clean if clean.is_empty() => "unnamed".to_owned(),
        // `./x` and `../x` name the same file below the root; a hidden file keeps its dot.
        clean if path.starts_with('.') && !path.starts_with("./") && !path.starts_with("../") => {
            format!(".{clean}")
        }
        clean => clean.into_owned(),
    }
}
