//! Vulnerabilities of Node.js itself, from its Security Working Group.
//!
//! Source: nodejs/security-wg, `vuln/core`. Ranges are npm's.

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Bound, Range, Scheme};

use super::osv::first_line;
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "nodejs-core",
    title: "Node.js core",
    upstream: "https://github.com/nodejs/security-wg (vuln/core)",
    downloads: &[],
    about: "Vulnerabilities of the Node.js runtime by release line.",
    wants: |path| {
        path.ends_with(".json")
            && !path.ends_with("index.json")
            && path.split('/').any(|s| s == "core")
    },
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    cve: Vec<String>,
    #[serde(default)]
    vulnerable: Option<String>,
    #[serde(default)]
    patched: Option<String>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    overview: Option<String>,
    #[serde(default)]
    severity: Option<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let record: Record =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let number = file.path.rsplit('/').next().unwrap_or(file.path);
    let id = format!("NSWG-CORE-{}", number.trim_end_matches(".json"));
    let affected = vec![statement(&record, &id, out)];
    let (aliases, upstream) = match record.cve.len() {
        0 | 1 => (record.cve, Vec::new()),
        _ => (Vec::new(), record.cve),
    };
    let text = record.description.or(record.overview).unwrap_or_default();
    let severity = record.severity.and_then(|word| word.parse().ok());
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id,
        feed: "nodejs-core".into(),
        aliases,
        upstream,
        summary: first_line(&text),
        ratings: severity
            .map(|severity| Rating {
                source: "nodejs-core".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        references: record.reference.into_iter().collect(),
        affected,
        ..Advisory::default()
    })));
    Ok(())
}

fn statement(record: &Record, id: &str, out: &mut Sink<'_>) -> Affected {
    let mut range = understood(record.vulnerable.as_deref().unwrap_or("*"), id, out);
    let mut fixed = Vec::new();
    let patched = record.patched.as_deref().filter(|p| !p.trim().is_empty());
    if let Some(patched) = patched {
        let fine = understood(patched, id, out);
        fixed.extend(fine.intervals.iter().filter_map(|i| match &i.lower {
            Bound::Inclusive(version) => Some(version.clone()),
            _ => None,
        }));
        if fine.opaque.is_none() {
            range = range.intersect(&fine.complement(Scheme::Npm), Scheme::Npm);
        }
    }
    Affected {
        space: "cpe".into(),
        name: "nodejs:node.js".into(),
        key: KeyKind::Binary,
        scheme: Scheme::Npm,
        range,
        status: match fixed.is_empty() {
            true => FixStatus::Affected,
            false => FixStatus::Fixed,
        },
        raw_status: None,
        fixed,
        severity: None,
        qualifiers: Qualifiers::default(),
    }
}

fn understood(text: &str, id: &str, out: &mut Sink<'_>) -> Range {
    match parse(Dialect::Npm, Scheme::Npm, text.trim()) {
        Ok(range) => range,
        Err(error) => {
            out.bad(id, error.to_string());
            Range::not_understood(text)
        }
    }
}
