//! CSAF documents of distributions: VEX (one CVE, every product) and advisories (one
//! erratum).
//!
//! A product is a component inside a platform, by way of a module where there are any.
//! Vendors differ in how they name platforms and packages; products that are no release
//! of a distribution have no space and are left out.
//!
//! Source: CSAF 2.0 (OASIS); Red Hat's "Security data" guidelines.

mod document;
mod product;
mod statement;
mod vendor;

use std::collections::HashSet;

use lazaret_model::{Advisory, FeedItem, Rating};

use document::{Document, Vulnerability};
use product::Products;
use vendor::Vendor;

use super::osv::first_line;
use super::rpm::without_repeats;
use super::{FeedError, FeedFile, Sink};

pub(super) use vendor::{OPENEULER, REDHAT, SUSE};

fn read(file: FeedFile<'_>, vendor: &Vendor, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let document: Document =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let products = Products::of(&document.product_tree, vendor);
    let head = &document.document;
    let mut advisory = Advisory {
        id: head.tracking.id.clone(),
        feed: vendor.feed.into(),
        summary: first_line(&head.title),
        published: head.tracking.initial_release_date.clone(),
        modified: head.tracking.current_release_date.clone(),
        ..Advisory::default()
    };
    if advisory.id.is_empty() {
        return Err(FeedError::new("the document has no tracking id"));
    }
    let word = head
        .aggregate_severity
        .as_ref()
        .and_then(|s| s.text.parse().ok());
    advisory.ratings.extend(word.map(|severity| Rating {
        source: vendor.feed.into(),
        severity: Some(severity),
        vector: None,
    }));
    for vulnerability in &document.vulnerabilities {
        take(vulnerability, &products, vendor, &mut advisory, out);
    }
    // An erratum says the same of each of its vulnerabilities, but for how bad they are;
    // which of them a rating of a package is about would be lost here.
    if document.vulnerabilities.len() > 1 {
        for statement in &mut advisory.affected {
            statement.severity = None;
        }
    }
    let mut seen = HashSet::new();
    advisory
        .affected
        .retain(|statement| seen.insert(format!("{statement:?}")));
    out.item(FeedItem::Advisory(Box::new(advisory)));
    Ok(())
}

/// Adds what the document says about one vulnerability.
fn take(
    vulnerability: &Vulnerability,
    products: &Products<'_>,
    vendor: &Vendor,
    advisory: &mut Advisory,
    out: &mut Sink<'_>,
) {
    match &vulnerability.cve {
        Some(cve) if *cve != advisory.id && !advisory.upstream.contains(cve) => {
            advisory.upstream.push(cve.clone());
        }
        _ => {}
    }
    for score in &vulnerability.scores {
        for cvss in [&score.cvss_v4, &score.cvss_v3, &score.cvss_v2]
            .into_iter()
            .flatten()
        {
            let rating = Rating {
                source: vendor.feed.into(),
                severity: None,
                vector: Some(cvss.vector.clone()),
            };
            if !cvss.vector.is_empty() && !advisory.ratings.contains(&rating) {
                advisory.ratings.push(rating);
            }
        }
    }
    let cwe = vulnerability.cwe.iter().map(|cwe| &cwe.id);
    let new: Vec<String> = cwe
        .filter(|cwe| !advisory.cwes.contains(cwe))
        .cloned()
        .collect();
    advisory.cwes.extend(new);
    let fixes = vulnerability
        .remediations
        .iter()
        .filter_map(|r| r.url.as_ref());
    let told = vulnerability.references.iter().map(|r| &r.url);
    for url in told.chain(fixes) {
        if url.starts_with("http") && !advisory.references.contains(url) {
            advisory.references.push(url.clone());
        }
    }
    let statements = statement::all(vulnerability, products, vendor, out);
    advisory.affected.extend(without_repeats(statements));
}
