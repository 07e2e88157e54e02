//! Ubuntu's OpenVEX documents: one for each vulnerability, and one for each notice.
//!
//! A statement lists source packages, which tell release and channel, and the binary
//! packages built from them, which do not; only the source packages are read.
//!
//! Source: OpenVEX 0.2; security-metadata.canonical.com, "vex".

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Purl, Qualifiers};
use lazaret_version::{Interval, Range};

use super::osv::first_line;
use super::text::cve_ids;
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "ubuntu-vex",
    title: "Ubuntu VEX",
    upstream: "https://security-metadata.canonical.com/vex/",
    downloads: &["https://security-metadata.canonical.com/vex/vex-all.tar.xz"],
    about: "Vulnerabilities and notices of Ubuntu by source package, release and channel: \
            fixed, affected, under investigation and not affected.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    metadata: Metadata,
    statements: Vec<Statement>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    timestamp: String,
}

#[derive(Deserialize)]
struct Statement {
    vulnerability: Vulnerability,
    #[serde(default)]
    products: Vec<Product>,
    status: String,
    #[serde(default)]
    status_notes: Option<String>,
    #[serde(default)]
    action_statement: Option<String>,
}

#[derive(Deserialize)]
struct Vulnerability {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let document: Document =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    // Some documents are about packages of which nothing is known yet.
    let Some(first) = document.statements.first() else {
        return Ok(());
    };
    let vulnerability = &first.vulnerability;
    let is_notice = !vulnerability.name.starts_with("CVE-");
    let aliases = vulnerability.aliases.iter();
    let mut advisory = Advisory {
        id: vulnerability.name.clone(),
        feed: "ubuntu".into(),
        summary: first_line(&vulnerability.description),
        modified: utc(&document.metadata.timestamp),
        upstream: match is_notice {
            true => aliases.clone().flat_map(|a| cve_ids(a)).collect(),
            false => Vec::new(),
        },
        references: aliases.filter(|a| a.starts_with("http")).cloned().collect(),
        ..Advisory::default()
    };
    for statement in &document.statements {
        for product in &statement.products {
            match affected(statement, &product.id) {
                Ok(Some(affected)) if !advisory.affected.contains(&affected) => {
                    advisory.affected.push(affected);
                }
                Ok(_) => {}
                Err(reason) => out.bad(format!("{} {}", advisory.id, product.id), reason),
            }
        }
    }
    out.item(FeedItem::Advisory(Box::new(advisory)));
    Ok(())
}

/// The statement about a source package; nothing for a binary one.
fn affected(statement: &Statement, id: &str) -> Result<Option<Affected>, String> {
    let purl: Purl = id.parse().map_err(|_| "not a package URL".to_owned())?;
    let (Some("source"), Some(suite)) = (purl.qualifier("arch"), purl.qualifier("distro")) else {
        return Ok(None);
    };
    let Some(space) = space::ubuntu(suite) else {
        return Err(format!("the release `{suite}` is not known"));
    };
    let version = purl.version.clone().unwrap_or_default();
    let whole = |status| (Range::everything(), status, Vec::new());
    let (range, status, fixed) = match statement.status.as_str() {
        "fixed" if space.scheme.check(&version).is_ok() => (
            Range::from(Interval::below(version.clone())),
            FixStatus::Fixed,
            vec![version],
        ),
        "fixed" => return Err(format!("`{version}` is not a version")),
        "not_affected" => whole(FixStatus::NotAffected),
        "under_investigation" => whole(FixStatus::UnderInvestigation),
        "affected" => whole(open_status(statement)),
        other => return Err(format!("the status `{other}` is not known")),
    };
    // The releases of the paid channels are built on the archive's: what none of them has,
    // no system has.
    let channel = space
        .channel
        .filter(|c| status != FixStatus::NotAffected || !c.starts_with("esm"));
    Ok(Some(Affected {
        space: space.name,
        name: purl.name,
        key: KeyKind::Source,
        scheme: space.scheme,
        range,
        status,
        raw_status: statement.status_notes.clone().filter(|n| n.len() <= 80),
        fixed,
        severity: None,
        qualifiers: Qualifiers {
            channel,
            ..Qualifiers::default()
        },
    }))
}

fn open_status(statement: &Statement) -> FixStatus {
    let notes = [&statement.status_notes, &statement.action_statement];
    let says = |word: &str| {
        let mut notes = notes.iter().filter_map(|n| n.as_deref());
        notes.any(|note| note.to_ascii_lowercase().contains(word))
    };
    if says("ignore") || says("will not be fixed") || says("out of scope") {
        FixStatus::WillNotFix
    } else if says("defer") {
        FixStatus::FixDeferred
    } else {
        FixStatus::Affected
    }
}

/// Times are in UTC and do not say so.
fn utc(time: &str) -> String {
    match time.contains('T') && !time.ends_with('Z') && !time.contains('+') {
        true => format!("{time}Z"),
        false => time.to_owned(),
    }
}
