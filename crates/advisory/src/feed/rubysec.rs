//! The Ruby advisory database: YAML that names the versions that are fine.
//!
//! Source: ruby-advisory-db, README, "Schema".

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Bound, Range, Scheme};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "rubysec",
    title: "RubySec",
    upstream: "https://github.com/rubysec/ruby-advisory-db",
    downloads: &[],
    about: "Advisories about Ruby gems and Ruby itself.",
    wants: |path| {
        (path.ends_with(".yml") || path.ends_with(".yaml"))
            && path.split('/').any(|s| s == "gems" || s == "rubies")
    },
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    gem: Option<String>,
    #[serde(default)]
    engine: Option<String>,
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    ghsa: Option<String>,
    #[serde(default)]
    osvdb: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    cvss_v3: Option<String>,
    #[serde(default)]
    unaffected_versions: Option<Vec<String>>,
    #[serde(default)]
    patched_versions: Option<Vec<String>>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let record: Record = serde_saphyr::from_str(text).map_err(|e| FeedError::new(e.to_string()))?;
    let stem = file.path.rsplit('/').next().unwrap_or(file.path);
    let stem = stem
        .trim_end_matches(".yaml")
        .trim_end_matches(".yml")
        .to_owned();
    let mut aliases: Vec<String> = Vec::new();
    aliases.extend(record.cve.map(|c| format!("CVE-{c}")));
    aliases.extend(record.ghsa.map(|g| format!("GHSA-{g}")));
    aliases.extend(record.osvdb.map(|o| format!("OSVDB-{o}")));
    aliases.retain(|a| *a != stem);
    let mut fine = Range::default();
    let mut fixed = Vec::new();
    let lists = [
        (record.patched_versions, true),
        (record.unaffected_versions, false),
    ];
    for (texts, is_patch) in lists {
        for text in texts.unwrap_or_default() {
            match parse(Dialect::Gem, Scheme::Gem, &text) {
                Ok(range) => {
                    if is_patch {
                        fixed.extend(range.intervals.iter().filter_map(|i| match &i.lower {
                            Bound::Inclusive(v) => Some(v.clone()),
                            _ => None,
                        }));
                    }
                    fine = fine.union(range);
                }
                Err(error) => out.bad(&stem, error.to_string()),
            }
        }
    }
    let (space, name) = match (record.gem, record.engine) {
        (Some(gem), _) => ("gem", gem),
        (None, Some(engine)) => ("generic", engine),
        (None, None) => return Err(FeedError::new("neither a gem nor an engine is named")),
    };
    let _ = record.cvss_v3;
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id: stem,
        feed: "rubysec".into(),
        aliases,
        summary: record.title.unwrap_or_default(),
        published: record.date.unwrap_or_default(),
        ratings: Vec::<Rating>::new(),
        references: record.url.into_iter().collect(),
        affected: vec![Affected {
            space: space.into(),
            name,
            key: KeyKind::Binary,
            scheme: Scheme::Gem,
            range: fine.complement(Scheme::Gem),
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
