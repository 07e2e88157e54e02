//! Node.js Security Working Group: npm packages, historical.
//!
//! Source: nodejs/security-wg, `vuln/npm`.

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Bound, Range, Scheme};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "nodejs-wg",
    title: "Node.js Security Working Group",
    upstream: "https://github.com/nodejs/security-wg",
    downloads: &[],
    about: "Advisories about npm packages up to 2021.",
    wants: |path| {
        path.ends_with(".json")
            && !path.ends_with("index.json")
            && path.split('/').any(|s| s == "npm")
    },
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Record {
    id: u64,
    #[serde(default)]
    title: String,
    module_name: String,
    #[serde(default)]
    publish_date: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    cves: Option<Vec<String>>,
    #[serde(default)]
    vulnerable_versions: Option<String>,
    #[serde(default)]
    patched_versions: Option<String>,
    #[serde(default)]
    references: Option<Vec<String>>,
    #[serde(default)]
    cvss_vector: Option<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let record: Record =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let id = format!("NSWG-ECO-{}", record.id);
    let text = record.vulnerable_versions.as_deref().unwrap_or("*");
    let mut range = match parse(Dialect::Npm, Scheme::Npm, text) {
        Ok(range) => range,
        Err(error) => {
            out.bad(&id, error.to_string());
            Range::not_understood(text)
        }
    };
    let mut fixed = Vec::new();
    if let Some(patched) = record
        .patched_versions
        .as_deref()
        .filter(|p| !p.trim().is_empty())
    {
        match parse(Dialect::Npm, Scheme::Npm, patched) {
            Ok(fine) => {
                fixed.extend(fine.intervals.iter().filter_map(|i| match &i.lower {
                    Bound::Inclusive(v) => Some(v.clone()),
                    _ => None,
                }));
                range = range.intersect(&fine.complement(Scheme::Npm), Scheme::Npm);
            }
            Err(error) => out.bad(&id, error.to_string()),
        }
    }
    let vector = record.cvss_vector.filter(|v| v.starts_with("CVSS:"));
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id,
        feed: "nodejs-wg".into(),
        aliases: record.cves.unwrap_or_default(),
        summary: record.title,
        published: record.publish_date.unwrap_or_default(),
        modified: record.updated_at.unwrap_or_default(),
        ratings: vector
            .map(|v| Rating {
                source: "nodejs-wg".into(),
                severity: None,
                vector: Some(v),
            })
            .into_iter()
            .collect(),
        references: record.references.unwrap_or_default(),
        affected: vec![Affected {
            space: "npm".into(),
            name: record.module_name,
            key: KeyKind::Binary,
            scheme: Scheme::Npm,
            range,
            status: if fixed.is_empty() {
                FixStatus::Affected
            } else {
                FixStatus::Fixed
            },
            raw_status: None,
            fixed,
            severity: None,
            qualifiers: Qualifiers::default(),
        }],
        ..Advisory::default()
    })));
    Ok(())
}
