//! OSV records, in JSON or YAML, of whatever database.
//!
//! Source: OSV schema 1.7. Git ranges are ignored: they order commits, not versions.
//! An erratum of a distribution fixes several vulnerabilities; their ids are kept as
//! `upstream` and not joined to each other.

use serde::Deserialize;

use lazaret_model::{
    Advisory, AdvisoryKind, Affected, FeedItem, FixStatus, Qualifiers, Rating, Severity,
};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::osv::Event;
use lazaret_version::{Containment, Range, Scheme};

use super::space::{self, Space};
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "osv",
    title: "OSV",
    upstream: "https://osv.dev (all.zip of each ecosystem), or any repository of OSV records",
    downloads: &[],
    about: "Advisories in the common schema: PyPI, Go, npm, Maven, RubyGems, crates.io, \
            Packagist, NuGet, Hex, Pub, AlmaLinux, Rocky Linux, Debian, Ubuntu and others.",
    wants,
    read,
    finish: None,
};

fn wants(path: &str) -> bool {
    path.ends_with(".json") || path.ends_with(".yaml") || path.ends_with(".yml")
}

#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(default)]
    modified: String,
    #[serde(default)]
    published: String,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    aliases: Option<Vec<String>>,
    #[serde(default)]
    upstream: Option<Vec<String>>,
    #[serde(default)]
    related: Option<Vec<String>>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    details: Option<String>,
    #[serde(default)]
    severity: Option<Vec<Score>>,
    #[serde(default)]
    affected: Option<Vec<Package>>,
    #[serde(default)]
    references: Option<Vec<Reference>>,
    #[serde(default)]
    database_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct Score {
    #[serde(default)]
    score: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

#[derive(Deserialize, Default)]
struct Specific {
    #[serde(default)]
    severity: Option<serde_json::Value>,
    #[serde(default)]
    cwe_ids: Option<Vec<String>>,
    #[serde(default)]
    informational: Option<String>,
    #[serde(default)]
    last_known_affected_version_range: Option<String>,
    #[serde(default)]
    imports: Option<Vec<Import>>,
    #[serde(default)]
    rpm_modularity: Option<String>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    ubuntu_priority: Option<String>,
}

#[derive(Deserialize)]
struct Import {
    #[serde(default)]
    goos: Option<Vec<String>>,
    #[serde(default)]
    goarch: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    package: Option<Name>,
    #[serde(default)]
    ranges: Option<Vec<Ranges>>,
    #[serde(default)]
    versions: Option<Vec<String>>,
    #[serde(default)]
    severity: Option<Vec<Score>>,
    #[serde(default)]
    database_specific: Option<Specific>,
    #[serde(default)]
    ecosystem_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct Name {
    #[serde(default)]
    ecosystem: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Ranges {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    events: Vec<Point>,
}

#[derive(Deserialize)]
struct Point {
    #[serde(default)]
    introduced: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    last_affected: Option<String>,
    #[serde(default)]
    limit: Option<String>,
}

impl Point {
    fn event(&self) -> Option<Event> {
        let versions = [
            self.introduced
                .as_ref()
                .map(|v| Event::Introduced(v.clone())),
            self.fixed.as_ref().map(|v| Event::Fixed(v.clone())),
            self.last_affected
                .as_ref()
                .map(|v| Event::LastAffected(v.clone())),
            self.limit.as_ref().map(|v| Event::Limit(v.clone())),
        ];
        versions.into_iter().flatten().next()
    }
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let record: Record = if file.path.ends_with(".json") {
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?
    } else {
        let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
        serde_saphyr::from_str(text).map_err(|e| FeedError::new(e.to_string()))?
    };
    let advisory = advisory(record, out);
    out.item(FeedItem::Advisory(Box::new(advisory)));
    Ok(())
}

/// The database that an id belongs to, as people know it.
fn database(id: &str) -> String {
    let prefix = id.split(['-', ':']).next().unwrap_or(id);
    match prefix {
        "ALSA" | "ALBA" | "ALEA" => "almalinux".into(),
        "RLSA" | "RXSA" | "RLBA" | "RLEA" => "rocky".into(),
        "RHSA" | "RHBA" | "RHEA" => "redhat".into(),
        "DSA" | "DLA" | "DTSA" | "DEBIAN" => "debian".into(),
        "ELSA" | "ELBA" => "oracle".into(),
        "OESA" => "openeuler".into(),
        "CGA" => "chainguard".into(),
        "USN" | "LSN" | "UBUNTU" => "ubuntu".into(),
        "MAL" => "malicious-packages".into(),
        "BIT" => "bitnami".into(),
        other => other.to_ascii_lowercase(),
    }
}

/// Prefixes of errata: one record, several vulnerabilities.
const ERRATA: [&str; 22] = [
    "ALSA", "ALBA", "ALEA", "RLSA", "RXSA", "RLBA", "RLEA", "RHSA", "RHBA", "RHEA", "DSA", "DLA",
    "DTSA", "USN", "LSN", "SUSE", "openSUSE", "ELSA", "ELBA", "OESA", "MGASA", "ALAS",
];

fn is_erratum(id: &str) -> bool {
    ERRATA.contains(&id.split('-').next().unwrap_or(id))
}

fn kind(record: &Record) -> AdvisoryKind {
    let informational =
        |s: &Option<Specific>| s.as_ref().is_some_and(|s| s.informational.is_some());
    let noted =
        informational(&record.database_specific)
            || record.affected.iter().flatten().any(|a| {
                informational(&a.database_specific) || informational(&a.ecosystem_specific)
            });
    match record.id.split('-').next().unwrap_or_default() {
        "MAL" => AdvisoryKind::Malware,
        // Bug fixes and enhancements are no vulnerabilities.
        "ALBA" | "ALEA" | "RLBA" | "RLEA" | "RHBA" | "RHEA" | "ELBA" => AdvisoryKind::Informational,
        _ if noted => AdvisoryKind::Informational,
        _ => AdvisoryKind::Vulnerability,
    }
}

fn advisory(record: Record, out: &mut Sink<'_>) -> Advisory {
    let feed = database(&record.id);
    let kind = kind(&record);
    let mut aliases = record.aliases.unwrap_or_default();
    let mut upstream = record.upstream.unwrap_or_default();
    if is_erratum(&record.id) {
        upstream.append(&mut aliases);
        upstream.extend(record.related.unwrap_or_default());
        upstream.retain(|id| id.starts_with("CVE-"));
    } else if let [_] = upstream.as_slice() {
        // A distribution's own record of one vulnerability is that vulnerability.
        aliases.append(&mut upstream);
    }
    let own = record.database_specific.unwrap_or_default();
    let word = own
        .severity
        .as_ref()
        .and_then(|s| s.as_str())
        .and_then(|s| s.parse::<Severity>().ok());
    let mut ratings: Vec<Rating> = Vec::new();
    let scores = record.severity.into_iter().flatten();
    for score in scores.filter(|s| s.score.contains(':')) {
        ratings.push(Rating {
            source: feed.clone(),
            severity: None,
            vector: Some(score.score),
        });
    }
    match (word, ratings.first_mut()) {
        (Some(level), Some(first)) => first.severity = Some(level),
        (Some(level), None) => {
            ratings.push(Rating {
                source: feed.clone(),
                severity: Some(level),
                vector: None,
            });
        }
        (None, _) => {}
    }
    let mut affected = Vec::new();
    for package in record.affected.unwrap_or_default() {
        for score in package
            .severity
            .iter()
            .flatten()
            .filter(|s| s.score.contains(':'))
        {
            let rating = Rating {
                source: feed.clone(),
                severity: None,
                vector: Some(score.score.clone()),
            };
            if !ratings.contains(&rating) {
                ratings.push(rating);
            }
        }
        affected.extend(statement(&record.id, package, out));
    }
    let details = record.details.unwrap_or_default();
    let summary = record.summary.filter(|s| !s.trim().is_empty());
    Advisory {
        summary: summary.unwrap_or_else(|| first_line(&details)),
        id: record.id,
        feed,
        aliases,
        upstream,
        kind,
        published: real_time(record.published),
        modified: real_time(record.modified),
        withdrawn: record.withdrawn,
        ratings,
        cwes: own.cwe_ids.unwrap_or_default(),
        references: record
            .references
            .into_iter()
            .flatten()
            .map(|r| r.url)
            .collect(),
        affected,
    }
}

/// Go's database fills times in only when it is published; in its repository they are
/// the zero time.
fn real_time(time: String) -> String {
    if time.starts_with("0001-") {
        String::new()
    } else {
        time
    }
}

pub(super) fn first_line(text: &str) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty())
        .unwrap_or_default();
    line.trim_start_matches(['#', ' '])
        .chars()
        .take(200)
        .collect()
}

fn statement(id: &str, package: Package, out: &mut Sink<'_>) -> Option<Affected> {
    let name = package.package?;
    let Some(space) = space::of_osv(&name.ecosystem) else {
        if !matches!(name.ecosystem.as_str(), "GIT" | "") {
            out.bad(
                id,
                format!("the ecosystem `{}` is not known", name.ecosystem),
            );
        }
        return None;
    };
    if space.name == "golang" && is_left_to_go(id, &name.name) {
        return None;
    }
    let mut range = Range::default();
    let mut fixed = Vec::new();
    for ranges in package.ranges.iter().flatten().filter(|r| r.kind != "GIT") {
        let events: Vec<Event> = ranges.events.iter().filter_map(Point::event).collect();
        fixed.extend(ranges.events.iter().filter_map(|p| p.fixed.clone()));
        range = range.union(Range::from_osv_events(space.scheme, &events));
    }
    let limit = package
        .database_specific
        .as_ref()
        .and_then(|s| s.last_known_affected_version_range.as_deref());
    if let Some(limit) = limit.and_then(|l| parse(Dialect::Generic, space.scheme, l).ok()) {
        range = bounded(range, &limit, &space);
    }
    range.exact = apart(&range, package.versions.unwrap_or_default(), space.scheme);
    if range.is_empty() {
        return None;
    }
    let specific = package.ecosystem_specific.as_ref();
    let mut qualifiers = qualifiers(specific);
    qualifiers.channel = space.channel.clone();
    let urgency = specific.and_then(|s| s.urgency.as_deref());
    let word = urgency.or(specific.and_then(|s| s.ubuntu_priority.as_deref()));
    let status = if fixed.is_empty() {
        FixStatus::Affected
    } else {
        FixStatus::Fixed
    };
    Some(Affected {
        name: space.key_name(&name.name),
        space: space.name,
        key: space.key,
        scheme: space.scheme,
        range,
        status,
        raw_status: None,
        fixed,
        severity: word.and_then(|word| word.parse().ok()),
        qualifiers,
    })
}

/// Go's own database knows the standard library, the toolchain and `golang.org/x` better
/// than those who copy from it.
fn is_left_to_go(id: &str, name: &str) -> bool {
    let theirs = matches!(name, "stdlib" | "toolchain") || name.starts_with("golang.org/x/");
    theirs && id.starts_with("GHSA-")
}

/// The listed versions that the intervals do not tell already. Where there are intervals,
/// a listed text that is no version is left out: it equals no version that is one, and
/// would only leave every other version in doubt.
fn apart(range: &Range, versions: Vec<String>, scheme: Scheme) -> Vec<String> {
    if range.intervals.is_empty() {
        return versions;
    }
    let told = |version: &String| {
        scheme.check(version).is_err()
            || matches!(range.contains(scheme, version), Containment::Inside(_))
    };
    versions
        .into_iter()
        .filter(|version| !told(version))
        .collect()
}

/// GitHub leaves ranges open and names the last version that it knows to be affected.
fn bounded(range: Range, limit: &Range, space: &Space) -> Range {
    range.intersect(limit, space.scheme)
}

/// Conditions on the operating system count only when every import has one.
fn qualifiers(specific: Option<&Specific>) -> Qualifiers {
    let imports = specific
        .and_then(|s| s.imports.as_deref())
        .unwrap_or_default();
    let all = |of: fn(&Import) -> Option<&Vec<String>>| {
        let lists: Option<Vec<&Vec<String>>> = imports
            .iter()
            .map(|i| of(i).filter(|l| !l.is_empty()))
            .collect();
        let mut names: Vec<String> = lists.into_iter().flatten().flatten().cloned().collect();
        names.sort();
        names.dedup();
        names
    };
    Qualifiers {
        module: specific.and_then(|s| s.rpm_modularity.clone()),
        goos: all(|i| i.goos.as_ref()),
        goarch: all(|i| i.goarch.as_ref()),
        ..Qualifiers::default()
    }
}
