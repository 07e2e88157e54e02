//! What a definition says beside its conditions.

use lazaret_model::{Advisory, Rating, Severity};

use super::super::osv::first_line;
use super::super::text::{cve_ids, date};
use super::super::xml::Element;
use super::document::Definition;

/// The title, on one line.
pub(super) fn title(definition: &Definition) -> String {
    let title = definition.metadata.text_at(&["title"]);
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// CVE ids, from the references and the vendor's own list, in their order.
pub(super) fn cves(definition: &Definition) -> Vec<String> {
    let metadata = &definition.metadata;
    let references = metadata
        .all("reference")
        .filter_map(|r| r.attribute("ref_id"));
    let listed = metadata
        .child("advisory")
        .into_iter()
        .flat_map(|a| a.all("cve"))
        .map(Element::text);
    let mut ids = Vec::new();
    for text in references.chain(listed) {
        for id in cve_ids(text) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

/// The id of a reference from one of these sources, in any case.
pub(super) fn reference<'a>(definition: &'a Definition, sources: &[&str]) -> Option<&'a str> {
    let is_wanted = |r: &&Element| {
        let source = r.attribute("source").unwrap_or_default();
        sources.iter().any(|s| s.eq_ignore_ascii_case(source))
    };
    let mut references = definition.metadata.all("reference");
    references.find(is_wanted)?.attribute("ref_id")
}

/// The severity of the definition, as the vendor words it.
pub(super) fn severity(definition: &Definition) -> Option<Severity> {
    let metadata = &definition.metadata;
    [&["advisory", "severity"][..], &["severity"][..]]
        .iter()
        .find_map(|path| metadata.text_at(path).parse().ok())
}

/// An advisory with everything but its statements.
pub(super) fn advisory(feed: &str, id: &str, definition: &Definition) -> Advisory {
    let metadata = &definition.metadata;
    let cves = cves(definition);
    let mut ratings: Vec<Rating> = Vec::new();
    ratings.extend(severity(definition).map(|severity| Rating {
        source: feed.to_owned(),
        severity: Some(severity),
        vector: None,
    }));
    // A vector belongs to one vulnerability; an erratum of several has none of its own.
    if cves.len() == 1 {
        for vector in vectors(definition) {
            let rating = Rating {
                source: feed.to_owned(),
                severity: None,
                vector: Some(vector),
            };
            if !ratings.contains(&rating) {
                ratings.push(rating);
            }
        }
    }
    let issued = metadata.at(&["advisory", "issued"]);
    let published = issued
        .and_then(|i| i.attribute("date"))
        .or_else(|| metadata.at(&["advisory", "public_date"]).map(Element::text))
        .or_else(|| metadata.child("advisory_date").map(Element::text))
        .unwrap_or_default();
    Advisory {
        id: id.to_owned(),
        feed: feed.to_owned(),
        // A record named by one of several vulnerabilities is about all of them.
        upstream: match cves.as_slice() {
            [only] if only == id => Vec::new(),
            _ => cves,
        },
        summary: first_line(&title(definition)),
        published: date(published),
        ratings,
        cwes: weaknesses(definition),
        references: metadata
            .all("reference")
            .filter_map(|r| r.attribute("ref_url"))
            .filter(|url| url.starts_with("http"))
            .map(str::to_owned)
            .collect(),
        ..Advisory::default()
    }
}

fn listed(definition: &Definition) -> impl Iterator<Item = &Element> {
    let advisory = definition.metadata.child("advisory");
    advisory.into_iter().flat_map(|a| a.all("cve"))
}

/// `7.0/CVSS:3.1/AV:L/…` has the score before the vector.
fn vectors(definition: &Definition) -> Vec<String> {
    listed(definition)
        .flat_map(|cve| ["cvss3", "cvss_vector"].map(|name| cve.attribute(name)))
        .flatten()
        .filter_map(|text| text.find("CVSS:").map(|start| text[start..].to_owned()))
        .collect()
}

/// `CWE-120->CWE-400` and `(CWE-20|CWE-79)` name several.
fn weaknesses(definition: &Definition) -> Vec<String> {
    let mut found: Vec<String> = listed(definition)
        .filter_map(|cve| cve.attribute("cwe"))
        .flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')))
        .map(|word| word.trim_matches('-'))
        .filter(|word| word.starts_with("CWE-"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}
