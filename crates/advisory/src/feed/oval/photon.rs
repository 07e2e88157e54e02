//! Photon OS: errata by binary package.

use lazaret_model::{Advisory, FixStatus, KeyKind};
use lazaret_version::Scheme;

use super::super::{Feed, space};
use super::criteria::Fact;
use super::document::Definition;
use super::statement::{self, Verdict};
use super::{metadata, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "photon-oval",
    title: "Photon OS OVAL",
    upstream: "https://packages.vmware.com/photon/photon_oval_definitions/",
    downloads: &[],
    about: "Errata of Photon OS by binary package.",
    wants,
    read: |file, out| read(file, Scheme::Rpm, rules, out),
    finish: None,
};

fn rules(definition: &Definition, facts: Vec<Fact>, _path: &str) -> Vec<Advisory> {
    let mut advisory = metadata::advisory("photon", &id(definition), definition);
    let mut statements = Vec::new();
    for fact in facts.iter().filter(|f| f.fixed.is_some()) {
        for platform in &fact.context.platforms {
            let release = platform
                .strip_prefix("Photon OS ")
                .or_else(|| platform.strip_prefix("Photon "));
            let Some(space) = release.and_then(|r| space::of_release("photon", r)) else {
                continue;
            };
            let verdict = Verdict {
                status: FixStatus::Fixed,
                raw_status: None,
                severity: metadata::severity(definition),
                key: KeyKind::Binary,
                flavour: None,
            };
            statements.push(statement::of(fact, &space, verdict));
        }
    }
    advisory.affected = statement::merged(statements);
    vec![advisory]
}

/// The reference `PHSA:00001:5.0:184` of 2024 is announced as `PHSA-2024-5.0-0184`. What was
/// never announced has the name of its definition, as its title begins.
fn id(definition: &Definition) -> String {
    let title = metadata::title(definition);
    let Some(reference) = metadata::reference(definition, &["PHSA"]) else {
        let first = title.split(' ').next().unwrap_or_default();
        let is_named = first.starts_with("PHSA-");
        return if is_named {
            first.to_owned()
        } else {
            String::new()
        };
    };
    let issued = definition.metadata.at(&["advisory", "issued"]);
    let year = issued
        .and_then(|i| i.attribute("date"))
        .and_then(|date| date.get(..4));
    let fields: Vec<&str> = reference.split(':').collect();
    match (year, fields.as_slice()) {
        (Some(year), [_, _, release, number]) => format!("PHSA-{year}-{release}-{number:0>4}"),
        _ => reference.to_owned(),
    }
}
