//! OSV records, in JSON or YAML, of whatever database.
//!
//! Source: OSV schema 1.7. Git ranges are ignored: they order commits, not versions.
//! An erratum of a distribution fixes several vulnerabilities; their ids are kept as
//! `upstream` and not joined to each other.

mod record;
mod statement;

use lazaret_model::{Advisory, AdvisoryKind, FeedItem, Rating, Severity};

use record::{Package, Record, Score, Specific};
use statement::statements;

use super::rpm::without_repeats;
use super::text::cve_ids;
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

/// What SUSE and openEuler publish beside their records: which there are, and since when.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "modified")]
    _modified: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let record: Record = if file.path.ends_with(".json") {
        let is_list = file.bytes.trim_ascii_start().starts_with(b"[");
        if is_list && serde_json::from_slice::<Vec<Listed>>(file.bytes).is_ok() {
            return Ok(());
        }
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
    // `UBUNTU-CVE-2024-51988` is Ubuntu's name of CVE-2024-51988, whether it says so or not.
    if record.id.contains("-CVE-") {
        let named = cve_ids(&record.id);
        let new = named.into_iter().filter(|id| !aliases.contains(id));
        aliases.extend(new.collect::<Vec<_>>());
    }
    let own = record.database_specific.unwrap_or_default();
    let packages = record.affected.unwrap_or_default();
    let ratings = ratings(&feed, &own, record.severity.as_deref(), &packages);
    let title = record.summary.as_deref().unwrap_or_default();
    let affected = packages
        .into_iter()
        .flat_map(|package| statements(&record.id, title, package, out));
    let affected = without_repeats(affected.collect());
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

/// The vectors of a record and of its packages, and the level that the record names.
fn ratings(feed: &str, own: &Specific, scores: Option<&[Score]>, of: &[Package]) -> Vec<Rating> {
    let rating = |severity, vector| Rating {
        source: feed.to_owned(),
        severity,
        vector,
    };
    let scores: Vec<&Score> = scores.into_iter().flatten().collect();
    let packages = of.iter().flat_map(|p| p.severity.iter().flatten());
    let mut ratings: Vec<Rating> = Vec::new();
    for score in scores.iter().copied().chain(packages) {
        let rating = rating(None, Some(score.score.clone()));
        if score.score.contains(':') && !ratings.contains(&rating) {
            ratings.push(rating);
        }
    }
    // Ubuntu's own level stands among the scores.
    let word = own.severity.as_ref().and_then(|s| s.as_str());
    let words = word
        .into_iter()
        .chain(scores.iter().map(|s| s.score.as_str()));
    let level: Option<Severity> = words.filter_map(|word| word.parse().ok()).next();
    match (level, ratings.first_mut()) {
        (Some(_), Some(first)) => first.severity = level,
        (Some(_), None) => ratings.push(rating(level, None)),
        (None, _) => {}
    }
    ratings
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
