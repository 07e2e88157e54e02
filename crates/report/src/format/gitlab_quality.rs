//! GitLab's code quality report, which merge requests show beside the changed lines.
//!
//! Specification: GitLab, "Code Quality", section "Import Code Quality results": an array
//! of objects with `description`, `check_name`, `fingerprint`, `severity` and `location`.

use std::io::Write;

use lazaret_model::{Report, Severity};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Format, RenderError};
use crate::issue::{self, Issue};
use crate::{Options, document, view};

pub(super) static FORMAT: Format = Format {
    name: "gitlab-codequality",
    title: "GitLab code quality",
    about: "GitLab's code quality report, for merge requests",
    file_extension: "json",
    media_type: "application/json",
    render,
};

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut entries: Vec<Value> = issue::issues(report, options).iter().map(entry).collect();
    // The format has issues and nothing else, so a gap is an issue.
    for gap in &report.gaps {
        let text = format!("not examined: {gap}");
        let path = issue::relative(&gap.subject);
        entries.push(object("gap", &text, "minor", &path, 1, &text));
    }
    let mut about = Vec::new();
    about.extend(view::starter_warning(report).map(str::to_owned));
    let hidden = issue::hidden(report, options);
    if hidden > 0 {
        about.push(format!("{hidden} suppressed findings are not shown"));
    }
    let path = issue::relative(&report.target.name);
    for text in &about {
        entries.push(object("note", text, "info", &path, 1, text));
    }
    Ok(document::write_json(&entries, out)?)
}

fn entry(issue: &Issue) -> Value {
    let severity = match issue.severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low | Severity::Unknown => "minor",
        Severity::Negligible => "info",
    };
    let severity = if issue.suppressed.is_some() {
        "info"
    } else {
        severity
    };
    let mut text = match issue.kind {
        "vulnerability" => format!("{} in {}: {}", issue.id, issue.subject, issue.remedy),
        _ => format!("{}: {}", issue.id, issue.title),
    };
    if let Some(why) = &issue.suppressed {
        text.push_str(&format!(" (suppressed by {why})"));
    }
    let path = issue::relative(&issue.path);
    object(&issue.id, &text, severity, &path, issue.line, &issue.key)
}

fn object(check: &str, text: &str, severity: &str, path: &str, line: u64, key: &str) -> Value {
    let fingerprint = Sha256::digest(format!("{check}\0{key}"));
    let fingerprint: String = fingerprint.iter().map(|b| format!("{b:02x}")).collect();
    json!({
        "description": text,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": path, "lines": { "begin": line } },
    })
}
