//! Oracle Linux.
//!
//! An erratum is for one architecture at a time, and for one flavour: packages of
//! Ksplice and of the FIPS builds carry their own versions, which say nothing about the
//! ordinary ones.

use lazaret_model::{Advisory, FixStatus, KeyKind};
use lazaret_version::Scheme;

use super::super::{Feed, space};
use super::criteria::Fact;
use super::document::Definition;
use super::statement::{self, Verdict};
use super::{metadata, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "oracle",
    title: "Oracle Linux OVAL",
    upstream: "https://linux.oracle.com/security/oval/",
    downloads: &["https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2"],
    about: "Errata of Oracle Linux, with the flavours of Ksplice and FIPS kept apart.",
    wants,
    read: |file, out| read(file, Scheme::Rpm, rules, out),
    finish: None,
};

fn rules(definition: &Definition, facts: Vec<Fact>, _path: &str) -> Vec<Advisory> {
    let title = metadata::title(definition);
    let id = metadata::reference(definition, &["elsa"])
        .or_else(|| title.split(':').next())
        .unwrap_or_default();
    let mut advisory = metadata::advisory("oracle", id.trim(), definition);
    let mut statements = Vec::new();
    for fact in &facts {
        let Some(fixed) = &fact.fixed else { continue };
        for platform in &fact.context.platforms {
            let release = platform.strip_prefix("Oracle Linux ");
            let Some(space) = release.and_then(|r| space::of_release("ol", r)) else {
                continue;
            };
            let verdict = Verdict {
                status: FixStatus::Fixed,
                raw_status: None,
                severity: None,
                key: KeyKind::Binary,
                flavour: Some(flavour(fixed).to_owned()),
            };
            statements.push(statement::of(fact, &space, verdict));
        }
    }
    advisory.affected = statement::merged(statements);
    vec![advisory]
}

/// The flavour of a build by its version: `10:3.6.16-4.0.1.el8_fips`,
/// `2:1.1.1g-15.ksplice1.el8_3`. Empty for the ordinary one.
fn flavour(version: &str) -> &'static str {
    if version.ends_with("_fips") {
        "fips"
    } else if version.split('.').any(|part| part.starts_with("ksplice")) {
        "ksplice"
    } else {
        ""
    }
}
