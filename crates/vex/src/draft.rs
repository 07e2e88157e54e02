//! A document to fill in: one statement for every finding of a report.

use lazaret_model::{Finding, Report};
use serde_json::{Value, json};

use crate::Status;

/// What is to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Who speaks.
    pub author: String,
    /// RFC 3339 time of the document.
    pub timestamp: String,
    /// What is said of every finding; `None`: under investigation.
    pub status: Option<Status>,
    /// Why not, one of the specification's labels; needed for `not_affected`.
    pub justification: String,
    /// The author's own words: the impact, or the action to take.
    pub detail: String,
    /// The vulnerabilities to write about, by any of their ids; empty: all.
    pub ids: Vec<String>,
}

/// An OpenVEX 0.2.0 document about the findings of a report that count.
///
/// The product is the image, by digest and repository, and the packages are its parts;
/// where the target is no image, the packages are the products. The id is made from the
/// content, so the same report and words give the same document.
pub fn draft(report: &Report, draft: &Draft) -> Value {
    let product = report.target.purl();
    let mut statements: Vec<Value> = Vec::new();
    for group in by_id(report, &draft.ids) {
        let Some(first) = group.first() else { continue };
        let mut vulnerability = json!({ "name": first.id });
        if !first.aliases.is_empty() {
            vulnerability["aliases"] = json!(first.aliases);
        }
        let mut parts: Vec<&str> = group.iter().map(|f| f.package.purl.as_str()).collect();
        parts.sort_unstable();
        parts.dedup();
        let parts: Vec<Value> = parts.into_iter().map(component).collect();
        let products = match &product {
            Some(purl) => {
                let mut product = component(&purl.to_string());
                product["subcomponents"] = Value::Array(parts);
                vec![product]
            }
            None => parts,
        };
        let status = draft.status.unwrap_or(Status::UnderInvestigation);
        let mut statement = json!({
            "vulnerability": vulnerability,
            "products": products,
            "status": status.name(),
        });
        if !draft.justification.is_empty() {
            statement["justification"] = json!(draft.justification);
        }
        if !draft.detail.is_empty() {
            let key = match status {
                Status::NotAffected => "impact_statement",
                Status::Affected => "action_statement",
                Status::Fixed | Status::UnderInvestigation => "status_notes",
            };
            statement[key] = json!(draft.detail);
        }
        statements.push(statement);
    }
    let subject = match &report.target.digest {
        Some(digest) => digest.to_string(),
        None => report.target.name.clone(),
    };
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("urn:lazaret:vex:{}:{}", subject, draft.timestamp),
        "author": draft.author,
        "timestamp": draft.timestamp,
        "version": 1,
        "tooling": "lazaret",
        "statements": statements,
    })
}

/// The findings that count, one group for each vulnerability, in the report's order.
fn by_id<'a>(report: &'a Report, ids: &[String]) -> Vec<Vec<&'a Finding>> {
    let mut groups: std::collections::BTreeMap<&str, Vec<&Finding>> =
        std::collections::BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.suppressed.is_none()) {
        let mut names = std::iter::once(&finding.id).chain(&finding.aliases);
        if ids.is_empty() || names.any(|name| ids.iter().any(|id| id.eq_ignore_ascii_case(name))) {
            groups.entry(&finding.id).or_default().push(finding);
        }
    }
    groups.into_values().collect()
}

fn component(purl: &str) -> Value {
    json!({ "@id": purl, "identifiers": { "purl": purl } })
}
