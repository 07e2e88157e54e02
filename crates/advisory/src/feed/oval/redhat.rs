//! Red Hat Enterprise Linux, OVAL version 2, and AlmaLinux, which has the same shape.
//!
//! Files that end in `including-unpatched` have three kinds of definitions: errata,
//! vulnerabilities without a fix (with what Red Hat means to do about each component),
//! and packages that are not affected. The CPE names say which release and channel a
//! definition is for; those of products on top of the distribution have no space.

use lazaret_model::{Advisory, FixStatus, KeyKind};
use lazaret_version::Scheme;

use super::super::Feed;
use super::super::space::{self, Space};
use super::super::xml::Element;
use super::criteria::Fact;
use super::document::Definition;
use super::statement::{self, Verdict};
use super::{metadata, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "redhat-oval",
    title: "Red Hat OVAL",
    upstream: "https://security.access.redhat.com/data/oval/v2/",
    downloads: &[],
    about: "Errata and unfixed vulnerabilities of Red Hat Enterprise Linux; the format \
            that Red Hat published before CSAF VEX.",
    wants,
    read: |file, out| read(file, Scheme::Rpm, rules, out),
    finish: None,
};

pub(in super::super) static ALMA: Feed = Feed {
    name: "almalinux-oval",
    title: "AlmaLinux OVAL",
    upstream: "https://security.almalinux.org/oval/",
    downloads: &[],
    about: "Errata of AlmaLinux with their modules.",
    wants,
    read: |file, out| read(file, Scheme::Rpm, alma, out),
    finish: None,
};

fn rules(definition: &Definition, facts: Vec<Fact>, _path: &str) -> Vec<Advisory> {
    let cves = metadata::cves(definition);
    let erratum = metadata::reference(definition, &["RHSA", "RHBA", "RHEA"]);
    let id = match (definition.class.as_str(), erratum) {
        ("patch", Some(erratum)) => erratum,
        _ => cves.first().map_or("", String::as_str),
    };
    let acquits = definition.id.contains("unaffected");
    let spaces = spaces(definition);
    let mut statements = Vec::new();
    for fact in &facts {
        let verdict = if acquits {
            verdict(FixStatus::NotAffected, None)
        } else if fact.fixed.is_some() {
            verdict(FixStatus::Fixed, None)
        } else {
            open(definition, fact)
        };
        for space in &spaces {
            statements.push(statement::of(fact, space, verdict.clone()));
        }
    }
    let mut advisory = metadata::advisory("redhat", id, definition);
    advisory.affected = statement::merged(statements);
    vec![advisory]
}

fn alma(definition: &Definition, facts: Vec<Fact>, _path: &str) -> Vec<Advisory> {
    let id = metadata::reference(definition, &["ALSA", "ALBA", "ALEA"]).unwrap_or_default();
    let mut statements = Vec::new();
    for fact in facts.iter().filter(|f| f.fixed.is_some()) {
        for platform in &fact.context.platforms {
            let release = platform
                .strip_prefix("AlmaLinux ")
                .or_else(|| platform.strip_prefix("AlmaLinux OS "));
            let space = release.and_then(|r| space::of_release("almalinux", r));
            let Some(space) = space else { continue };
            statements.push(statement::of(fact, &space, verdict(FixStatus::Fixed, None)));
        }
    }
    let mut advisory = metadata::advisory("almalinux", id, definition);
    advisory.affected = statement::merged(statements);
    vec![advisory]
}

fn verdict(status: FixStatus, raw_status: Option<String>) -> Verdict {
    Verdict {
        status,
        raw_status,
        severity: None,
        key: KeyKind::Binary,
        flavour: None,
    }
}

/// The releases and channels of a definition. One that is for the ordinary channel, too,
/// is for that alone.
fn spaces(definition: &Definition) -> Vec<Space> {
    let list = definition.metadata.at(&["advisory", "affected_cpe_list"]);
    let mut spaces: Vec<Space> = Vec::new();
    for cpe in list.into_iter().flat_map(|list| list.all("cpe")) {
        let suffix = cpe.text().split_once("redhat:").map(|(_, suffix)| suffix);
        if let Some(space) = suffix.and_then(space::red_hat)
            && !spaces.contains(&space)
        {
            spaces.push(space);
        }
    }
    let ordinary: Vec<String> = spaces
        .iter()
        .filter(|s| s.channel.is_none())
        .map(|s| s.name.clone())
        .collect();
    spaces.retain(|s| s.channel.is_none() || !ordinary.contains(&s.name));
    spaces
}

/// What Red Hat means to do about a component that has no fix. A component of a module
/// is written `nodejs:18/nodejs`.
fn open(definition: &Definition, fact: &Fact) -> Verdict {
    let affected = definition.metadata.at(&["advisory", "affected"]);
    let resolutions = affected.into_iter().flat_map(|a| a.all("resolution"));
    let names = |resolution: &Element| {
        resolution.all("component").any(|c| {
            let name = c.text();
            name.rsplit('/').next().unwrap_or(name) == fact.name
        })
    };
    let all: Vec<&Element> = resolutions.collect();
    let found = all
        .iter()
        .copied()
        .find(|r| names(r))
        .or(match all.as_slice() {
            [one] => Some(*one),
            _ => None,
        });
    let word = found.and_then(|r| r.attribute("state"));
    let status = match word.map(str::to_ascii_lowercase).as_deref() {
        Some("will not fix") => FixStatus::WillNotFix,
        Some("fix deferred") => FixStatus::FixDeferred,
        Some("out of support scope") => FixStatus::EndOfLife,
        Some("under investigation") => FixStatus::UnderInvestigation,
        _ => FixStatus::Affected,
    };
    verdict(status, word.map(str::to_owned))
}
