//! AlmaLinux's errata, the full list of one major release.
//!
//! Source: errata.almalinux.org, `errata.full.json`.

use jiff::Timestamp;
use serde::Deserialize;

use lazaret_model::{Advisory, AdvisoryKind, FeedItem, Rating};
use lazaret_version::Scheme;

use super::osv::first_line;
use super::rpm::{Fix, Fixes, enterprise_linux, modules};
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "almalinux",
    title: "AlmaLinux errata",
    upstream: "https://errata.almalinux.org",
    downloads: &[
        "https://errata.almalinux.org/8/errata.full.json",
        "https://errata.almalinux.org/9/errata.full.json",
        "https://errata.almalinux.org/10/errata.full.json",
    ],
    about: "Errata of AlmaLinux with the modules of their packages.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Wrapped { data: Vec<serde_json::Value> },
    List(Vec<serde_json::Value>),
}

#[derive(Deserialize)]
struct Erratum {
    #[serde(alias = "updateinfo_id")]
    id: String,
    #[serde(default)]
    issued_date: Option<serde_json::Value>,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    title: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    packages: Vec<Package>,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    epoch: Option<String>,
    version: String,
    release: String,
    #[serde(default)]
    arch: String,
    /// `mariadb:10.3:8050020220427075058:c5368500:x86_64`
    #[serde(default)]
    module: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: String,
    #[serde(default)]
    href: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let parsed: File =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let (File::Wrapped { data } | File::List(data)) = parsed;
    for (position, value) in data.into_iter().enumerate() {
        match serde_json::from_value::<Erratum>(value) {
            Ok(erratum) => {
                let advisory = advisory(erratum, out);
                out.item(FeedItem::Advisory(Box::new(advisory)));
            }
            Err(error) => out.bad(format!("erratum {position}"), error.to_string()),
        }
    }
    Ok(())
}

fn advisory(erratum: Erratum, out: &mut Sink<'_>) -> Advisory {
    let affected = fixes(&erratum, out).statements();
    let references = erratum.references.iter();
    let mut upstream: Vec<String> = references
        .clone()
        .map(|r| r.id.clone())
        .filter(|id| id.starts_with("CVE-"))
        .collect();
    upstream.sort();
    upstream.dedup();
    let severity = erratum.severity.parse().ok();
    Advisory {
        kind: match erratum.kind.as_str() {
            "bugfix" | "enhancement" => AdvisoryKind::Informational,
            _ => AdvisoryKind::Vulnerability,
        },
        feed: "almalinux".into(),
        upstream,
        summary: first_line(&erratum.title),
        published: erratum.issued_date.and_then(time).unwrap_or_default(),
        ratings: severity
            .map(|severity| Rating {
                source: "almalinux".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        references: references
            .map(|r| r.href.clone())
            .filter(|href| href.starts_with("http"))
            .collect(),
        affected,
        id: erratum.id,
        ..Advisory::default()
    }
}

fn fixes(erratum: &Erratum, out: &mut Sink<'_>) -> Fixes {
    let mut fixes = Fixes::default();
    for package in erratum.packages.iter().filter(|p| p.arch != "src") {
        let epoch = package.epoch.as_deref().unwrap_or("0");
        let version = format!("{epoch}:{}-{}", package.version, package.release);
        if Scheme::Rpm.check(&version).is_err() {
            out.bad(&erratum.id, format!("`{version}` is not a version"));
            continue;
        }
        let major = enterprise_linux(&version);
        let Some(space) = major.and_then(|m| space::of_release("almalinux", m)) else {
            continue;
        };
        let conditions = match package.module.as_deref().and_then(stream) {
            Some(stream) => vec![Some(stream)],
            None => modules(&version, &erratum.title),
        };
        for module in conditions {
            let fix = Fix {
                space: space.name.clone(),
                name: package.name.clone(),
                is_source: false,
                module,
                channel: None,
                since: None,
                version: version.clone(),
            };
            fixes.add(fix, Some(package.arch.as_str()).filter(|a| !a.is_empty()));
        }
    }
    fixes
}

fn stream(label: &str) -> Option<String> {
    let mut fields = label.split(':');
    let (name, stream) = (fields.next()?, fields.next()?);
    (!name.is_empty() && !stream.is_empty()).then(|| format!("{name}:{stream}"))
}

/// Seconds since 1970, alone or as `{"$date": milliseconds}`.
fn time(value: serde_json::Value) -> Option<String> {
    let time = match (value.as_i64(), value.get("$date")) {
        (Some(seconds), _) => Timestamp::from_second(seconds),
        (None, Some(date)) => Timestamp::from_millisecond(date.as_i64()?),
        _ => return None,
    };
    time.ok().map(|t| t.to_string())
}
