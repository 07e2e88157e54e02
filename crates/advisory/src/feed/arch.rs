//! Arch Linux's security tracker: groups of vulnerabilities by package.
//!
//! Source: security.archlinux.org, `all.json`; arch-audit for what counts: a package is
//! concerned until it has the fixed version.

use serde::Deserialize;

use lazaret_model::{
    Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating, Severity,
};
use lazaret_version::{Interval, Range, Scheme};

use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "arch",
    title: "Arch Linux security tracker",
    upstream: "https://security.archlinux.org/all.json",
    downloads: &["https://security.archlinux.org/all.json"],
    about: "Vulnerabilities of Arch Linux packages, fixed, unfixed and not affected.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    severity: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    issues: Vec<String>,
    #[serde(default)]
    advisories: Vec<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let groups: Vec<serde_json::Value> =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    for (position, value) in groups.into_iter().enumerate() {
        let group: Group = match serde_json::from_value(value) {
            Ok(group) => group,
            Err(error) => {
                out.bad(format!("group {position}"), error.to_string());
                continue;
            }
        };
        match advisory(&group) {
            Ok(advisory) => out.item(FeedItem::Advisory(Box::new(advisory))),
            Err(reason) => out.bad(&group.name, reason),
        }
    }
    Ok(())
}

fn advisory(group: &Group) -> Result<Advisory, String> {
    let (range, status, fixed) = verdict(group)?;
    let space = space::of_release("arch", "").ok_or("no space")?;
    let severity: Option<Severity> = group.severity.parse().ok();
    let affected = group.packages.iter().map(|name| Affected {
        space: space.name.clone(),
        name: name.clone(),
        key: KeyKind::Binary,
        scheme: space.scheme,
        range: range.clone(),
        status,
        raw_status: Some(group.status.clone()),
        fixed: fixed.clone(),
        severity: None,
        qualifiers: Qualifiers::default(),
    });
    Ok(Advisory {
        id: group.name.clone(),
        feed: "arch".into(),
        upstream: group.issues.clone(),
        summary: group.kind.clone(),
        ratings: severity
            .map(|severity| Rating {
                source: "arch".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        references: std::iter::once(&group.name)
            .chain(&group.advisories)
            .map(|id| format!("https://security.archlinux.org/{id}"))
            .collect(),
        affected: affected.collect(),
        ..Advisory::default()
    })
}

fn verdict(group: &Group) -> Result<(Range, FixStatus, Vec<String>), String> {
    let fixed = group.fixed.as_deref().map(str::trim);
    let (status, fixed) = match (group.status.as_str(), fixed.filter(|v| !v.is_empty())) {
        ("Not affected", _) => (FixStatus::NotAffected, None),
        (_, Some(version)) if Scheme::Pacman.check(version).is_ok() => {
            (FixStatus::Fixed, Some(version.to_owned()))
        }
        (_, Some(version)) => return Err(format!("`{version}` is not a version")),
        ("Unknown", None) => (FixStatus::UnderInvestigation, None),
        ("Vulnerable" | "Testing" | "Fixed", None) => (FixStatus::Affected, None),
        (other, None) => return Err(format!("the status `{other}` is not known")),
    };
    let range = match &fixed {
        Some(version) => Range::from(Interval::below(version.clone())),
        None => Range::everything(),
    };
    Ok((range, status, fixed.into_iter().collect()))
}
