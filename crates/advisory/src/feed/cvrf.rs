//! CVRF documents of SUSE and openEuler: the format before CSAF, one erratum each.
//!
//! SUSE lists packages as components of a product, by relationship; openEuler lists
//! files under their architecture, with the CPE name of their release.
//!
//! Source: CVRF 1.1 (ICASI) and 1.2 (OASIS).

use std::collections::{HashMap, HashSet};

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating};
use lazaret_version::{Range, Scheme};

use super::osv::first_line;
use super::rpm::{Fix, Fixes, Nevra, without_repeats};
use super::space::{self, Space};
use super::text::{cve_ids, date};
use super::xml::{self, Element};
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static SUSE: Feed = Feed {
    name: "suse-cvrf",
    title: "SUSE CVRF",
    upstream: "https://ftp.suse.com/pub/projects/security/ (cvrf1.2 and cvrf-cve)",
    downloads: &[],
    about: "SUSE's errata by service pack, in the format before CSAF.",
    wants,
    read: |file, out| read(file, "suse", out),
    finish: None,
};

pub(super) static OPENEULER: Feed = Feed {
    name: "openeuler-cvrf",
    title: "openEuler CVRF",
    upstream: "https://repo.openeuler.org/security/data/cvrf/",
    downloads: &[],
    about: "Errata of openEuler by release and service pack.",
    wants,
    read: |file, out| read(file, "openeuler", out),
    finish: None,
};

fn wants(path: &str) -> bool {
    path.ends_with(".xml")
}

fn read(file: FeedFile<'_>, feed: &str, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let mut outcome = Ok(());
    xml::records(file.bytes, 0, &mut |_, document| {
        outcome = take(&document, feed, out);
    })?;
    outcome
}

fn take(document: &Element, feed: &str, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let tracking = document.child("DocumentTracking");
    let id = tracking.map_or("", |t| t.text_at(&["Identification", "ID"]));
    // SUSE's documents about one vulnerability are called `SUSE CVE-2022-37452`.
    let id = id.strip_prefix("SUSE ").unwrap_or(id);
    if id.is_empty() {
        return Err(FeedError::new("the document has no tracking id"));
    }
    let time = |name| tracking.map_or_else(String::new, |t| date(t.text_at(&[name])));
    let vulnerabilities: Vec<&Element> = document.all("Vulnerability").collect();
    let cves: Vec<String> = vulnerabilities
        .iter()
        .flat_map(|v| cve_ids(v.text_at(&["CVE"])))
        .collect();
    let products = Products::of(document);
    let mut affected = products.files(feed).statements();
    for vulnerability in &vulnerabilities {
        affected.extend(products.told(vulnerability, id, out));
    }
    let mut seen = HashSet::new();
    affected.retain(|statement| seen.insert(format!("{statement:?}")));
    out.item(FeedItem::Advisory(Box::new(Advisory {
        id: id.to_owned(),
        feed: feed.to_owned(),
        upstream: match cves.as_slice() {
            [only] if only == id => Vec::new(),
            _ => cves,
        },
        summary: first_line(document.text_at(&["DocumentTitle"])),
        published: time("InitialReleaseDate"),
        modified: time("CurrentReleaseDate"),
        ratings: ratings(document, &vulnerabilities, feed),
        references: references(document),
        affected: without_repeats(affected),
        ..Advisory::default()
    })));
    Ok(())
}

/// The worst of what the document says: its threats, or its note of the severity.
fn ratings(document: &Element, vulnerabilities: &[&Element], feed: &str) -> Vec<Rating> {
    let threats = vulnerabilities
        .iter()
        .flat_map(|v| v.child("Threats"))
        .flat_map(|t| t.all("Threat"))
        .map(|threat| threat.text_at(&["Description"]));
    let notes = document
        .child("DocumentNotes")
        .into_iter()
        .flat_map(|notes| notes.all("Note"))
        .filter(|note| note.attribute("Title") == Some("Severity"))
        .map(Element::text);
    let worst = threats.chain(notes).filter_map(|w| w.parse().ok()).max();
    let word = worst.map(|severity| Rating {
        source: feed.to_owned(),
        severity: Some(severity),
        vector: None,
    });
    word.into_iter().collect()
}

fn references(document: &Element) -> Vec<String> {
    let list = document.child("DocumentReferences");
    list.into_iter()
        .flat_map(|list| list.all("Reference"))
        .map(|reference| reference.text_at(&["URL"]))
        .filter(|url| url.starts_with("http"))
        .map(str::to_owned)
        .collect()
}

/// What the product ids of a document stand for.
struct Products<'a> {
    document: &'a Element,
    /// Package and platform of a component by its id.
    components: HashMap<&'a str, (&'a str, &'a str)>,
}

impl<'a> Products<'a> {
    fn of(document: &'a Element) -> Self {
        let relationships = document
            .child("ProductTree")
            .into_iter()
            .flat_map(|tree| tree.all("Relationship"));
        let components = relationships
            .filter_map(|relationship| {
                let product = relationship.child("FullProductName")?;
                let part = relationship.attribute("ProductReference")?;
                let platform = relationship.attribute("RelatesToProductReference")?;
                Some((product.attribute("ProductID")?, (part, platform)))
            })
            .collect();
        Self {
            document,
            components,
        }
    }

    /// Packages that the tree lists under their architecture: all of them are fixed.
    fn files(&self, feed: &str) -> Fixes {
        let mut fixes = Fixes::default();
        let branches = self
            .document
            .child("ProductTree")
            .into_iter()
            .flat_map(|tree| tree.all("Branch"))
            .filter(|b| feed == "openeuler" && b.attribute("Type") == Some("Package Arch"));
        for product in branches.flat_map(|branch| branch.all("FullProductName")) {
            let nevra = Nevra::parse(product.text());
            let release = product.attribute("CPE").and_then(|c| c.rsplit_once(':'));
            let space = release.and_then(|(_, release)| space::of_release("openeuler", release));
            if let (Some(space), Some(version)) = (space, nevra.version)
                && nevra.architecture != Some("src")
            {
                fixes.add(fix(&space, nevra.name, version), nevra.architecture);
            }
        }
        fixes
    }

    /// What a vulnerability says about components.
    fn told(&self, vulnerability: &Element, id: &str, out: &mut Sink<'_>) -> Vec<Affected> {
        let mut fixes = Fixes::default();
        let mut others = Vec::new();
        let statuses = vulnerability.child("ProductStatuses");
        for status in statuses.into_iter().flat_map(|s| s.all("Status")) {
            let kind = status.attribute("Type").unwrap_or_default();
            for product in status.all("ProductID") {
                let Some((part, platform)) = self.components.get(product.text()) else {
                    continue;
                };
                let Some(space) = space::suse(platform) else {
                    continue;
                };
                let nevra = Nevra::parse(part);
                match (open(kind), nevra.version) {
                    (Some(status), _) => others.push(whole(&space, nevra.name, status)),
                    (None, Some(version))
                        if matches!(kind, "Fixed" | "First Fixed" | "Recommended") =>
                    {
                        fixes.add(fix(&space, nevra.name, version), nevra.architecture);
                    }
                    (None, _) => out.bad(format!("{id} {part}"), format!("the status `{kind}`")),
                }
            }
        }
        let mut all = fixes.statements();
        all.append(&mut others);
        all
    }
}

/// A status about every version.
fn open(kind: &str) -> Option<FixStatus> {
    match kind {
        "Known Affected" => Some(FixStatus::Affected),
        "Under Investigation" => Some(FixStatus::UnderInvestigation),
        "Known Not Affected" => Some(FixStatus::NotAffected),
        _ => None,
    }
}

fn fix(space: &Space, name: &str, version: &str) -> Fix {
    Fix {
        space: space.name.clone(),
        name: name.to_owned(),
        is_source: false,
        module: None,
        channel: space.channel.clone(),
        since: None,
        version: version.to_owned(),
    }
}

fn whole(space: &Space, name: &str, status: FixStatus) -> Affected {
    Affected {
        space: space.name.clone(),
        name: name.to_owned(),
        key: KeyKind::Binary,
        scheme: Scheme::Rpm,
        range: Range::everything(),
        status,
        raw_status: None,
        fixed: Vec::new(),
        severity: None,
        qualifiers: Qualifiers {
            channel: space.channel.clone(),
            ..Qualifiers::default()
        },
    }
}
