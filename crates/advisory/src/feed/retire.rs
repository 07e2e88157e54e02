//! retire.js: libraries of the browser and of npm, by the versions that it looks for.
//!
//! Only libraries that say which npm package they are become statements; the others are
//! recognised by their content alone, which nothing here does.
//!
//! Source: RetireJS/retire.js, `repository/*.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating};
use lazaret_version::{Bound, Interval, Range, Scheme};

use super::osv::first_line;
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "retire",
    title: "retire.js",
    upstream: "https://github.com/RetireJS/retire.js (repository)",
    downloads: &[
        "https://raw.githubusercontent.com/RetireJS/retire.js/master/repository/jsrepository.json",
    ],
    about: "JavaScript libraries of the browser with known vulnerabilities.",
    wants: |path| path.ends_with("repository.json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Library {
    #[serde(default)]
    npmname: Option<String>,
    #[serde(default)]
    vulnerabilities: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerability {
    #[serde(default)]
    below: Option<String>,
    #[serde(default)]
    at_or_above: Option<String>,
    #[serde(default)]
    excludes: Vec<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    cwe: Vec<String>,
    #[serde(default)]
    identifiers: Identifiers,
    #[serde(default)]
    info: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Identifiers {
    #[serde(default)]
    summary: String,
    #[serde(default, rename = "CVE")]
    cve: Vec<String>,
    #[serde(default, rename = "githubID")]
    github: Option<String>,
    #[serde(default)]
    retid: Option<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let libraries: BTreeMap<String, Library> =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let is_npm = file.path.ends_with("npmrepository.json");
    for (key, library) in libraries {
        let name = match (library.npmname, is_npm) {
            (Some(name), _) => name,
            (None, true) => key.clone(),
            (None, false) => continue,
        };
        for (position, value) in library.vulnerabilities.into_iter().enumerate() {
            let record = format!("{key} {position}");
            match serde_json::from_value::<Vulnerability>(value) {
                // An example for authors, whose id is no id.
                Ok(found) if found.identifiers.cve.iter().any(|c| c.contains('X')) => {}
                Ok(found) => match advisory(&key, &name, found) {
                    Some(advisory) => out.item(FeedItem::Advisory(Box::new(advisory))),
                    None => out.bad(record, "no range of versions"),
                },
                Err(error) => out.bad(record, error.to_string()),
            }
        }
    }
    Ok(())
}

fn advisory(key: &str, name: &str, mut found: Vulnerability) -> Option<Advisory> {
    let ids = std::mem::take(&mut found.identifiers);
    let known = [ids.github.as_ref(), ids.cve.first(), ids.retid.as_ref()];
    let place = match known.into_iter().flatten().next() {
        Some(id) => id.clone(),
        None => {
            let text = |bound: &Option<String>| bound.clone().unwrap_or_default();
            format!("{}..{}", text(&found.at_or_above), text(&found.below))
        }
    };
    // Several ids are several vulnerabilities with one fix.
    let (aliases, upstream) = match ids.cve.len() {
        0 | 1 => (ids.cve.into_iter().chain(ids.github).collect(), Vec::new()),
        _ => (Vec::new(), ids.cve),
    };
    let severity = found.severity.as_deref().and_then(|word| word.parse().ok());
    Some(Advisory {
        id: format!("retire:{key}:{place}"),
        feed: "retire".into(),
        aliases,
        upstream,
        summary: first_line(&ids.summary),
        ratings: severity
            .map(|severity| Rating {
                source: "retire".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        affected: vec![statement(name, &found)?],
        cwes: found.cwe,
        references: found.info,
        ..Advisory::default()
    })
}

fn statement(name: &str, found: &Vulnerability) -> Option<Affected> {
    let bound = |version: &Option<String>| version.clone().filter(|v| !v.is_empty());
    let (lower, upper) = (bound(&found.at_or_above), bound(&found.below));
    if lower.is_none() && upper.is_none() {
        return None;
    }
    // "No version is fixed" is written as one that will never be: `99.999.99999`, `999.999`.
    let upper = upper.filter(|version| !is_never(version));
    let mut range = Range::from(Interval::new(
        lower.map_or(Bound::Unbounded, Bound::Inclusive),
        upper.clone().map_or(Bound::Unbounded, Bound::Exclusive),
    ));
    if !found.excludes.is_empty() {
        let excluded = Range::exactly(found.excludes.clone()).complement(Scheme::Npm);
        range = range.intersect(&excluded, Scheme::Npm);
    }
    let space = space::of_osv("npm")?;
    Some(Affected {
        name: space.key_name(name),
        space: space.name,
        key: KeyKind::Binary,
        scheme: space.scheme,
        range,
        status: match upper {
            Some(_) => FixStatus::Fixed,
            None => FixStatus::Affected,
        },
        raw_status: None,
        fixed: upper.into_iter().collect(),
        severity: None,
        qualifiers: Qualifiers::default(),
    })
}

/// Whether a version is nothing but nines.
fn is_never(version: &str) -> bool {
    version.starts_with("99") && version.bytes().all(|b| matches!(b, b'9' | b'.'))
}
