//! Red Hat's CSAF documents: VEX (one CVE, every product) and advisories (one erratum).
//!
//! Source: CSAF 2.0 (OASIS), and Red Hat's "Security data" guidelines. A product is a
//! component inside a platform; the platform's CPE names the release and the channel.
//! Only Red Hat Enterprise Linux has a space; products on top of it are left out.

mod document;
mod product;
mod statement;

use lazaret_model::{Advisory, FeedItem, Rating};

use document::{Document, Vulnerability};
use product::Products;

use super::osv::first_line;
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "redhat-csaf",
    title: "Red Hat CSAF",
    upstream: "https://security.access.redhat.com/data/csaf/v2/",
    downloads: &[],
    about: "Red Hat's VEX files and advisories: fixed, affected, will not be fixed and not \
            affected packages of Red Hat Enterprise Linux.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let document: Document =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let products = Products::of(&document.product_tree);
    let head = &document.document;
    let mut advisory = Advisory {
        id: head.tracking.id.clone(),
        feed: "redhat".into(),
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
        source: "redhat".into(),
        severity: Some(severity),
        vector: None,
    }));
    for vulnerability in &document.vulnerabilities {
        take(vulnerability, &products, &mut advisory, out);
    }
    advisory.affected.dedup();
    out.item(FeedItem::Advisory(Box::new(advisory)));
    Ok(())
}

/// Adds what the document says about one vulnerability.
fn take(
    vulnerability: &Vulnerability,
    products: &Products<'_>,
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
                source: "redhat".into(),
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
    for statement in statement::all(vulnerability, products, out) {
        if !advisory.affected.contains(&statement) {
            advisory.affected.push(statement);
        }
    }
}
