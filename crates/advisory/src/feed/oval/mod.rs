//! OVAL files of distributions: one reader, and what each vendor means by it.
//!
//! A definition of class `patch` is an erratum that fixes several vulnerabilities, one of
//! class `vulnerability` is one vulnerability. Vendors publish a file for each release,
//! and the same id stands in several of them with different times; so no time of change
//! is taken over, and what they say is united.
//!
//! Source: OVAL language 5.11 (oval.mitre.org).

mod azure;
mod criteria;
mod document;
mod metadata;
mod oracle;
mod photon;
mod redhat;
mod statement;
mod suse;
mod ubuntu;

use lazaret_model::{Advisory, FeedItem};
use lazaret_version::Scheme;

use super::{FeedError, FeedFile, Sink};
use criteria::Fact;
use document::Definition;

pub(super) use azure::FEED as AZURE;
pub(super) use oracle::FEED as ORACLE;
pub(super) use photon::FEED as PHOTON;
pub(super) use redhat::{ALMA, FEED as REDHAT};
pub(super) use suse::FEED as SUSE;
pub(super) use ubuntu::FEED as UBUNTU;

/// Turns a definition and what its conditions say into advisories.
type Rules = fn(definition: &Definition, facts: Vec<Fact>, path: &str) -> Vec<Advisory>;

fn wants(path: &str) -> bool {
    path.ends_with(".xml")
}

/// Reads a file by the rules of a vendor.
fn read(
    file: FeedFile<'_>,
    scheme: Scheme,
    rules: Rules,
    out: &mut Sink<'_>,
) -> Result<(), FeedError> {
    let mut document = document::read(file.bytes)?;
    // Each definition is let go once its records are made: both at once would not fit.
    for definition in std::mem::take(&mut document.definitions) {
        if definition.id.is_empty() {
            out.bad(metadata::title(&definition), "a definition without an id");
            continue;
        }
        let facts = criteria::facts(&document, &definition.criteria, scheme);
        for advisory in rules(&definition, facts, file.path) {
            if advisory.id.is_empty() {
                out.bad(&definition.id, "names neither an erratum nor a CVE id");
            } else if !advisory.affected.is_empty() || advisory.id.starts_with("CVE-") {
                // An erratum of products that have no space says nothing here.
                out.item(FeedItem::Advisory(Box::new(advisory)));
            }
        }
    }
    Ok(())
}
