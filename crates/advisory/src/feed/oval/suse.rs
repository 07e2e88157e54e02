//! SUSE Linux Enterprise and openSUSE: vulnerabilities by service pack.
//!
//! Packages are fixed, affected without a fix, or not affected. Products on top of a
//! service pack (Manager, Storage, OpenStack) have no space.

use lazaret_model::{Advisory, FixStatus, KeyKind};
use lazaret_version::Scheme;

use super::super::{Feed, space};
use super::criteria::Fact;
use super::document::Definition;
use super::statement::{self, Verdict};
use super::{metadata, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "suse-oval",
    title: "SUSE OVAL",
    upstream: "https://ftp.suse.com/pub/projects/security/oval/",
    downloads: &[],
    about: "Vulnerabilities of SUSE Linux Enterprise and openSUSE by service pack, \
            fixed, unfixed and not affected.",
    wants,
    read: |file, out| read(file, Scheme::Rpm, rules, out),
    finish: None,
};

fn rules(definition: &Definition, facts: Vec<Fact>, _path: &str) -> Vec<Advisory> {
    let title = metadata::title(definition);
    let cves = metadata::cves(definition);
    let is_id = |text: &str| text.starts_with("SUSE-") || text.starts_with("openSUSE-");
    let erratum = metadata::reference(definition, &["SUSE-SU"])
        .or_else(|| title.split_whitespace().next())
        .filter(|id| is_id(id));
    let id = match (definition.class.as_str(), erratum) {
        ("patch", Some(erratum)) => erratum,
        // What a service pack brought with it has no erratum.
        ("patch", None) => &definition.id,
        _ => cves.first().map_or("", String::as_str),
    };
    let severity = metadata::severity(definition);
    let mut statements = Vec::new();
    for fact in &facts {
        let status = if fact.acquits {
            FixStatus::NotAffected
        } else if fact.fixed.is_some() {
            FixStatus::Fixed
        } else {
            FixStatus::Affected
        };
        for space in fact.context.platforms.iter().filter_map(|p| space::suse(p)) {
            let verdict = Verdict {
                status,
                raw_status: None,
                severity: severity.filter(|_| status != FixStatus::NotAffected),
                key: KeyKind::Binary,
                flavour: None,
            };
            statements.push(statement::of(fact, &space, verdict));
        }
    }
    let mut advisory = metadata::advisory("suse", id, definition);
    advisory.affected = statement::merged(statements);
    vec![advisory]
}
