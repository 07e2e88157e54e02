//! RustSec's own files: Markdown with a TOML head that names the versions that are fine.
//!
//! Source: the RustSec advisory format.

use serde::Deserialize;

use lazaret_model::{
    Advisory, AdvisoryKind, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating,
};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Bound, Range, Scheme};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "rustsec",
    title: "RustSec",
    upstream: "https://github.com/rustsec/advisory-db",
    downloads: &[],
    about: "Advisories about Rust crates, in the database's own format.",
    wants: |path| path.ends_with(".md") && path.contains("RUSTSEC-"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Head {
    advisory: Meta,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Meta {
    id: String,
    package: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    informational: Option<String>,
    #[serde(default)]
    cvss: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    references: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let rest = text
        .trim_start()
        .strip_prefix("```toml")
        .ok_or_else(|| FeedError::new("no head in TOML"))?;
    let (head, body) = rest
        .split_once("\n```")
        .ok_or_else(|| FeedError::new("the head has no end"))?;
    let head: Head = toml::from_str(head).map_err(|e| FeedError::new(e.to_string()))?;
    let mut fine = Range::default();
    let mut fixed = Vec::new();
    for (text, is_patch) in head
        .versions
        .patched
        .iter()
        .map(|t| (t, true))
        .chain(head.versions.unaffected.iter().map(|t| (t, false)))
    {
        match parse(Dialect::Cargo, Scheme::Cargo, text) {
            Ok(range) => {
                if is_patch {
                    fixed.extend(range.intervals.iter().filter_map(|i| match &i.lower {
                        Bound::Inclusive(v) | Bound::Exclusive(v) => Some(v.clone()),
                        Bound::Unbounded => None,
                    }));
                }
                fine = fine.union(range);
            }
            Err(error) => out.bad(&head.advisory.id, error.to_string()),
        }
    }
    let meta = head.advisory;
    let kind = match meta.informational {
        Some(_) => AdvisoryKind::Informational,
        None => AdvisoryKind::Vulnerability,
    };
    let affected = Affected {
        space: "cargo".into(),
        name: meta.package,
        key: KeyKind::Binary,
        scheme: Scheme::Cargo,
        range: fine.complement(Scheme::Cargo),
        status: if fixed.is_empty() {
            FixStatus::Affected
        } else {
            FixStatus::Fixed
        },
        raw_status: meta.informational,
        fixed,
        severity: None,
        qualifiers: Qualifiers::default(),
    };
    let rating = |vector| Rating {
        source: "rustsec".into(),
        severity: None,
        vector: Some(vector),
    };
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id: meta.id,
        feed: "rustsec".into(),
        aliases: meta.aliases,
        kind,
        summary: super::osv::first_line(body),
        published: meta.date.clone(),
        modified: meta.date,
        withdrawn: meta.withdrawn,
        ratings: meta.cvss.map(rating).into_iter().collect(),
        references: meta.url.into_iter().chain(meta.references).collect(),
        affected: vec![affected],
        ..Advisory::default()
    })));
    Ok(())
}
