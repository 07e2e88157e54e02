//! Fedora's updates as Bodhi tells them, by source package.
//!
//! Source: bodhi.fedoraproject.org, `/updates/`; pages, lists, and single updates.

use serde::Deserialize;

use lazaret_model::{Advisory, AdvisoryKind, FeedItem, Rating, Severity};
use lazaret_version::Scheme;

use super::osv::first_line;
use super::rpm::{Fix, Fixes, Nevra};
use super::text::{cve_ids, date};
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "fedora",
    title: "Fedora updates",
    upstream: "https://bodhi.fedoraproject.org/updates/ (pages)",
    downloads: &[],
    about: "Updates of Fedora by source package; EPEL is left out.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Page { updates: Vec<serde_json::Value> },
    List(Vec<serde_json::Value>),
    One(serde_json::Value),
}

#[derive(Deserialize)]
struct Update {
    alias: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    severity: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    date_stable: Option<String>,
    #[serde(default)]
    date_submitted: Option<String>,
    #[serde(default)]
    url: Option<String>,
    release: Release,
    #[serde(default)]
    bugs: Vec<Bug>,
    #[serde(default)]
    builds: Vec<Build>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    version: String,
    #[serde(default)]
    id_prefix: String,
}

#[derive(Deserialize)]
struct Bug {
    #[serde(default)]
    title: Option<String>,
}

#[derive(Deserialize)]
struct Build {
    nvr: String,
    #[serde(default)]
    epoch: Option<u64>,
    #[serde(default, rename = "type")]
    kind: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let parsed: File =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let updates = match parsed {
        File::Page { updates } | File::List(updates) => updates,
        File::One(update) if update.get("alias").is_some() => vec![update],
        File::One(_) => return Err(FeedError::new("no update")),
    };
    for (position, value) in updates.into_iter().enumerate() {
        match serde_json::from_value::<Update>(value) {
            Ok(update) => take(update, out),
            Err(error) => out.bad(format!("update {position}"), error.to_string()),
        }
    }
    Ok(())
}

/// Updates that were not pushed are no fixes yet, and those of EPEL are for others.
fn take(update: Update, out: &mut Sink<'_>) {
    let is_stable = matches!(update.status.as_str(), "stable" | "");
    let space = space::of_release("fedora", &update.release.version);
    let (true, "FEDORA", Some(space)) = (is_stable, update.release.id_prefix.as_str(), space)
    else {
        return;
    };
    let affected = fixes(&update, &space.name, out).statements();
    let titles = update.bugs.iter().filter_map(|b| b.title.as_deref());
    let mut upstream: Vec<String> = titles.flat_map(cve_ids).collect();
    if upstream.is_empty() {
        upstream = cve_ids(&update.notes);
    }
    upstream.sort();
    upstream.dedup();
    let time = update.date_stable.or(update.date_submitted);
    out.item(FeedItem::Advisory(Box::new(Advisory {
        kind: match update.kind.as_str() {
            "security" => AdvisoryKind::Vulnerability,
            _ => AdvisoryKind::Informational,
        },
        feed: "fedora".into(),
        upstream,
        summary: first_line(&update.title),
        published: date(&time.unwrap_or_default()),
        ratings: severity(&update.severity)
            .map(|severity| Rating {
                source: "fedora".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        references: update.url.into_iter().collect(),
        affected,
        id: update.alias,
        ..Advisory::default()
    })));
}

fn fixes(update: &Update, space: &str, out: &mut Sink<'_>) -> Fixes {
    let mut fixes = Fixes::default();
    for build in update.builds.iter().filter(|b| b.kind != "module") {
        let file = format!("{}.src.rpm", build.nvr);
        let nevra = Nevra::parse(&file);
        let epoch = build.epoch.unwrap_or(0);
        let version = nevra.version.map(|version| format!("{epoch}:{version}"));
        let Some(version) = version.filter(|v| Scheme::Rpm.check(v).is_ok()) else {
            out.bad(&update.alias, format!("`{}` names no version", build.nvr));
            continue;
        };
        let fix = Fix {
            space: space.to_owned(),
            name: nevra.name.to_owned(),
            is_source: true,
            module: Some(String::new()),
            channel: None,
            since: None,
            version,
        };
        fixes.add(fix, None);
    }
    fixes
}

/// Bodhi's levels from the top: urgent, high, medium, low.
fn severity(word: &str) -> Option<Severity> {
    match word {
        "urgent" => Some(Severity::Critical),
        "unspecified" => None,
        other => other.parse().ok(),
    }
}
