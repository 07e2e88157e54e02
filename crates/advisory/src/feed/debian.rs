//! Debian's security tracker, its JSON export: every package, vulnerability and release.
//!
//! Source: Debian security tracker, "JSON export"; the meaning of states is that of the
//! tracker's own pages.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, Qualifiers, Severity};
use lazaret_version::{Interval, Range, Scheme};

use super::lenient::Lenient;
use super::space;
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "debian",
    title: "Debian security tracker",
    upstream: "https://security-tracker.debian.org/tracker/data/json",
    downloads: &["https://security-tracker.debian.org/tracker/data/json"],
    about: "Everything that Debian tracks: fixed, open, ignored and postponed.",
    wants: |path| path.ends_with(".json") || path == "json" || path.ends_with("/json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    releases: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    status: String,
    #[serde(default)]
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    nodsa: Option<String>,
    #[serde(default)]
    nodsa_reason: Option<String>,
    /// The version in each suite of the release: `bookworm`, `bookworm-security`.
    #[serde(default)]
    repositories: BTreeMap<String, String>,
}

impl Release {
    /// Whether some suite of the release has that version, or a later one. What is fixed
    /// in a version that nobody can install yet is open.
    fn has_published(&self, fixed: &str) -> bool {
        let order = |has: &String| Scheme::Deb.compare(has, fixed);
        // A version that cannot be compared speaks against nothing.
        let reaches = |has| order(has).is_ok_and(Ordering::is_ge) || order(has).is_err();
        self.repositories.is_empty() || self.repositories.values().any(reaches)
    }
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let all: BTreeMap<String, Lenient<BTreeMap<String, Lenient<Vulnerability>>>> =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let mut by_id: BTreeMap<String, Advisory> = BTreeMap::new();
    for (package, vulnerabilities) in all {
        let vulnerabilities = match vulnerabilities.0 {
            Ok(vulnerabilities) => vulnerabilities,
            Err(why) => {
                out.bad(package, why);
                continue;
            }
        };
        for (id, vulnerability) in vulnerabilities {
            let vulnerability = match vulnerability.0 {
                Ok(vulnerability) => vulnerability,
                Err(why) => {
                    out.bad(format!("{id} {package}"), why);
                    continue;
                }
            };
            let advisory = by_id.entry(id.clone()).or_insert_with(|| Advisory {
                id: id.clone(),
                feed: "debian".into(),
                ..Advisory::default()
            });
            if advisory.summary.is_empty() {
                let text = vulnerability.description.as_deref().unwrap_or_default();
                advisory.summary = super::osv::first_line(text);
            }
            for (codename, release) in vulnerability.releases {
                match statement(&package, &codename, release) {
                    Ok(affected) => advisory.affected.extend(affected),
                    Err(why) => out.bad(format!("{id} {package} {codename}"), why),
                }
            }
        }
    }
    for advisory in by_id.into_values() {
        out.item(FeedItem::Advisory(Box::new(advisory)));
    }
    Ok(())
}

fn statement(package: &str, codename: &str, release: Release) -> Result<Option<Affected>, String> {
    let space = space::debian(codename).ok_or("a release without name")?;
    let urgency = release.urgency.as_deref().unwrap_or_default();
    let fixed = release.fixed_version.as_ref().filter(|v| !v.is_empty());
    let (range, status, fixed) = match (release.status.as_str(), fixed) {
        ("resolved", Some(v)) if v == "0" => (Range::everything(), FixStatus::NotAffected, vec![]),
        ("resolved", Some(v)) if release.has_published(v) => (
            Range::from(Interval::below(v.clone())),
            FixStatus::Fixed,
            vec![v.clone()],
        ),
        ("resolved", Some(v)) => (
            Range::from(Interval::below(v.clone())),
            FixStatus::Affected,
            vec![],
        ),
        ("open", _) => (
            Range::everything(),
            open_status(urgency, release.nodsa_reason.as_deref()),
            vec![],
        ),
        ("undetermined", _) => return Ok(None),
        (other, _) => return Err(format!("the status `{other}` is not known")),
    };
    Ok(Some(Affected {
        space: space.name,
        name: package.to_owned(),
        key: space.key,
        scheme: space.scheme,
        range,
        status,
        raw_status: release.nodsa.map(|why| format!("no-dsa: {why}")),
        fixed,
        severity: severity(urgency),
        qualifiers: Qualifiers::default(),
    }))
}

fn open_status(urgency: &str, reason: Option<&str>) -> FixStatus {
    match (urgency, reason) {
        ("end-of-life", _) => FixStatus::EndOfLife,
        (_, Some("ignored")) => FixStatus::WillNotFix,
        (_, Some("postponed")) => FixStatus::FixDeferred,
        _ => FixStatus::Affected,
    }
}

/// A star after the word says that the rating was made by a program.
fn severity(urgency: &str) -> Option<Severity> {
    match urgency.trim_end_matches('*') {
        "unimportant" => Some(Severity::Negligible),
        "low" => Some(Severity::Low),
        "medium" => Some(Severity::Medium),
        "high" => Some(Severity::High),
        _ => None,
    }
}
