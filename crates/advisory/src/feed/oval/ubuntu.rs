//! Ubuntu: vulnerabilities (`cve`, `pkg`) and notices (`usn`), for systems and images.
//!
//! The criteria of a vulnerability name the source package and what is known of it in a
//! sentence; those of a notice name nothing, and the binary packages stand in a variable.
//! The file's name tells a channel other than the archive's: `fips-updates_jammy`.

use lazaret_model::{Advisory, FixStatus, KeyKind};
use lazaret_version::Scheme;

use super::super::Feed;
use super::super::space::{self, Space};
use super::super::text::cve_ids;
use super::super::xml::Element;
use super::criteria::Fact;
use super::document::Definition;
use super::statement::{self, Verdict};
use super::{metadata, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "ubuntu-oval",
    title: "Ubuntu OVAL",
    upstream: "https://security-metadata.canonical.com/oval/",
    downloads: &[],
    about: "Vulnerabilities and notices of Ubuntu for one release and channel, including \
            those without a fix.",
    wants,
    read: |file, out| read(file, Scheme::Deb, rules, out),
    finish: None,
};

fn rules(definition: &Definition, facts: Vec<Fact>, path: &str) -> Vec<Advisory> {
    let Some(space) = space_of(definition, path) else {
        return Vec::new();
    };
    if let Some(notice) = metadata::reference(definition, &["USN"]) {
        let mut advisory = metadata::advisory("ubuntu", notice, definition);
        let all = facts.iter().map(|fact| {
            let space = in_channel_of(&space, fact);
            statement::of(fact, &space, verdict(FixStatus::Fixed, KeyKind::Binary))
        });
        advisory.affected = statement::merged(all.collect());
        return vec![advisory];
    }
    let is_package = metadata::reference(definition, &["Package"]).is_some();
    let mut advisories: Vec<Advisory> = Vec::new();
    for fact in facts {
        let Some(told) = told(&fact.comment) else {
            continue;
        };
        let cve = match cve_ids(&fact.comment).into_iter().next() {
            Some(cve) if is_package => cve,
            _ => metadata::cves(definition)
                .into_iter()
                .next()
                .unwrap_or_default(),
        };
        let known = advisories.iter().position(|a| a.id == cve);
        let place = known.unwrap_or_else(|| {
            advisories.push(match is_package {
                true => of_package(definition, &cve),
                false => metadata::advisory("ubuntu", &cve, definition),
            });
            advisories.len() - 1
        });
        let status = match (&fact.fixed, told.status) {
            (Some(_), _) => FixStatus::Fixed,
            (None, status) => status,
        };
        let fact = Fact {
            name: told.source.to_owned(),
            ..fact
        };
        let space = in_channel_of(&space, &fact);
        let statement = statement::of(&fact, &space, verdict(status, KeyKind::Source));
        let affected = &mut advisories[place].affected;
        if !affected.contains(&statement) {
            affected.push(statement);
        }
    }
    advisories
}

fn verdict(status: FixStatus, key: KeyKind) -> Verdict {
    Verdict {
        status,
        raw_status: None,
        severity: None,
        key,
        flavour: None,
    }
}

/// An advisory of one of the vulnerabilities of a definition about a package.
fn of_package(definition: &Definition, cve: &str) -> Advisory {
    let listed = definition.metadata.child("advisory");
    let told = listed
        .into_iter()
        .flat_map(|a| a.all("cve"))
        .find(|c| c.text() == cve);
    let text = |name: &str| told.and_then(|t: &Element| t.attribute(name));
    let vector = text("cvss_vector").filter(|v| v.starts_with("CVSS:"));
    Advisory {
        id: cve.to_owned(),
        feed: "ubuntu".into(),
        ratings: vec![lazaret_model::Rating {
            source: "ubuntu".into(),
            severity: text("priority").and_then(|p| p.parse().ok()),
            vector: vector.map(str::to_owned),
        }],
        references: text("href").map(str::to_owned).into_iter().collect(),
        ..Advisory::default()
    }
}

/// What the sentence of a criterion says.
struct Told<'a> {
    source: &'a str,
    status: FixStatus,
}

/// `(CVE-2023-1) openssh package in jammy was vulnerable but has been fixed (note: '…').`
fn told(comment: &str) -> Option<Told<'_>> {
    let sentence = match comment.strip_prefix('(') {
        Some(rest) => rest.split_once(") ").map(|(_, rest)| rest)?,
        None => comment,
    };
    let (source, rest) = sentence
        .split_once(" package in ")
        .or_else(|| sentence.split_once(": while related to the CVE"))?;
    let status = if rest.contains("decision has been made to ignore") {
        FixStatus::WillNotFix
    } else if rest.contains("decision has been made to defer") {
        FixStatus::FixDeferred
    } else if rest.contains("needs to be evaluated") || rest.contains("may be affected") {
        FixStatus::UnderInvestigation
    } else {
        FixStatus::Affected
    };
    (!source.is_empty()).then_some(Told { source, status })
}

/// `oval:com.ubuntu.jammy:def:1` in `oci.com.ubuntu.fips-updates_jammy.cve.oval.xml`.
fn space_of(definition: &Definition, path: &str) -> Option<Space> {
    let namespace = definition.id.split(':').nth(1)?;
    let suite = namespace.strip_prefix("com.ubuntu.").unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or(path);
    let named = file
        .split_once("com.ubuntu.")
        .and_then(|(_, rest)| rest.split('.').next());
    let suite = named.filter(|name| name.contains(suite)).unwrap_or(suite);
    space::ubuntu(&suite.replacen('_', "/", 1))
}

/// Fixes for paying customers tell themselves by their version.
fn in_channel_of(space: &Space, fact: &Fact) -> Space {
    let mut space = space.clone();
    let is_esm = fact.fixed.as_deref().is_some_and(|v| v.contains("esm"));
    if space.channel.is_none() && is_esm {
        space.channel = Some("esm".to_owned());
    }
    space
}
