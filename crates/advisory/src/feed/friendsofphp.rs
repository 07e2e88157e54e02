//! FriendsOfPHP: YAML with a range for every branch of a Composer package.
//!
//! Source: FriendsOfPHP/security-advisories, README.

use std::collections::BTreeMap;

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Bound, Range, Scheme};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "friendsofphp",
    title: "FriendsOfPHP",
    upstream: "https://github.com/FriendsOfPHP/security-advisories",
    downloads: &[],
    about: "Advisories about Composer packages.",
    wants: |path| path.ends_with(".yaml") && !path.starts_with('.') && path.contains('/'),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    link: Option<String>,
    #[serde(default)]
    cve: Option<String>,
    reference: String,
    branches: BTreeMap<String, Branch>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default)]
    time: Option<String>,
    versions: Vec<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let record: Record = serde_saphyr::from_str(text).map_err(|e| FeedError::new(e.to_string()))?;
    let name = record
        .reference
        .strip_prefix("composer://")
        .unwrap_or(&record.reference);
    // The file has no id of its own: its place in the repository is what it is known by.
    let tail: Vec<&str> = file.path.rsplitn(4, '/').take(3).collect();
    let id: String = tail.into_iter().rev().collect::<Vec<_>>().join("/");
    let mut range = Range::default();
    let mut fixed = Vec::new();
    let mut published: Option<String> = None;
    for branch in record.branches.values() {
        match parse(
            Dialect::Composer,
            Scheme::Composer,
            &branch.versions.join(","),
        ) {
            Ok(one) => {
                fixed.extend(one.intervals.iter().filter_map(|i| match &i.upper {
                    Bound::Exclusive(v) => Some(v.clone()),
                    _ => None,
                }));
                range = range.union(with_unstable(one));
            }
            Err(error) => out.bad(&id, error.to_string()),
        }
        let time = branch
            .time
            .clone()
            .filter(|t| t.len() >= 10)
            .map(|t| t[..10].to_owned());
        published = [published, time].into_iter().flatten().min();
    }
    let cve = record.cve.filter(|c| c.starts_with("CVE-"));
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id,
        feed: "friendsofphp".into(),
        aliases: cve.into_iter().collect(),
        summary: record.title.unwrap_or_default(),
        published: published.unwrap_or_default(),
        references: record.link.into_iter().collect(),
        affected: vec![Affected {
            space: "composer".into(),
            name: name.to_lowercase(),
            key: KeyKind::Binary,
            scheme: Scheme::Composer,
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

/// The range as Composer means it: `<1.2` ends before the pre-releases of 1.2, and
/// `>=1.2` begins with them. Composer writes both with the suffix `-dev`.
///
/// Source: `VersionParser::parseConstraint` of composer/semver.
fn with_unstable(mut range: Range) -> Range {
    let lowest = |version: &mut String| {
        let numeric = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if numeric {
            version.push_str("-dev");
        }
    };
    for interval in &mut range.intervals {
        if let Bound::Inclusive(version) = &mut interval.lower {
            lowest(version);
        }
        if let Bound::Exclusive(version) = &mut interval.upper {
            lowest(version);
        }
    }
    range
}
