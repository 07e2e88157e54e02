//! The National Vulnerability Database: scores and weaknesses of CVE ids, and which
//! products they are about.
//!
//! Source: NVD API 2.0, `cves`; the yearly files have the same shape, and so have the
//! records that Anchore adds for products that NVD has not got to.

mod configuration;

use serde::Deserialize;

use lazaret_model::{Advisory, CveRecord, FeedItem, Rating};

use configuration::Configuration;

use super::lenient::Lenient;
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "nvd",
    title: "National Vulnerability Database",
    upstream: "https://nvd.nist.gov/vuln/data-feeds",
    downloads: &[],
    about: "CVSS vectors, weaknesses and descriptions of CVE ids, and the programs that they \
            are about by CPE name, in the format of API 2.0.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

pub(super) static OVERRIDES: Feed = Feed {
    name: "nvd-overrides",
    title: "Anchore's additions to NVD",
    upstream: "https://github.com/anchore/nvd-data-overrides",
    downloads: &[],
    about: "Products of CVE ids that NVD has not analysed yet.",
    wants: |path| path.ends_with(".json"),
    read: read_override,
    finish: None,
};

#[derive(Deserialize)]
struct Page<I> {
    vulnerabilities: Vec<I>,
}

#[derive(Deserialize)]
struct Item {
    cve: Cve,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cve {
    id: String,
    #[serde(default)]
    published: String,
    #[serde(default)]
    last_modified: String,
    #[serde(default)]
    vuln_status: String,
    #[serde(default)]
    descriptions: Vec<Text>,
    #[serde(default)]
    metrics: Metrics,
    #[serde(default)]
    weaknesses: Vec<Weakness>,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    configurations: Vec<Configuration>,
}

#[derive(Deserialize)]
struct Override {
    #[serde(rename = "_annotation")]
    annotation: Annotation,
    cve: Added,
}

#[derive(Deserialize)]
struct Annotation {
    cve_id: String,
}

#[derive(Deserialize)]
struct Added {
    #[serde(default)]
    configurations: Vec<Configuration>,
}

#[derive(Deserialize)]
struct Text {
    lang: String,
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    #[serde(default)]
    cvss_metric_v40: Vec<Metric>,
    #[serde(default)]
    cvss_metric_v31: Vec<Metric>,
    #[serde(default)]
    cvss_metric_v30: Vec<Metric>,
    #[serde(default)]
    cvss_metric_v2: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    #[serde(default)]
    source: String,
    cvss_data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    vector_string: String,
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(default)]
    description: Vec<Text>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    // A page of the interface, or a file with one record.
    if let Ok(page) = serde_json::from_slice::<Page<Item>>(file.bytes) {
        for item in page.vulnerabilities {
            take(item.cve, out);
        }
        return Ok(());
    }
    // One by one costs more; only where some answer is of no use.
    if let Ok(page) = serde_json::from_slice::<Page<Lenient<Item>>>(file.bytes) {
        for (position, item) in page.vulnerabilities.into_iter().enumerate() {
            match item.0 {
                Ok(item) => take(item.cve, out),
                Err(why) => out.bad(format!("{} answer {position}", file.path), why),
            }
        }
        return Ok(());
    }
    let cve = serde_json::from_slice::<Item>(file.bytes)
        .map(|i| i.cve)
        .or_else(|_| serde_json::from_slice::<Cve>(file.bytes))
        .map_err(|e| FeedError::new(e.to_string()))?;
    take(cve, out);
    Ok(())
}

fn read_override(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let found: Override =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let id = found.annotation.cve_id;
    if let Some(advisory) = products(id, "nvd-overrides", &found.cve.configurations, out) {
        out.item(FeedItem::Advisory(Box::new(advisory)));
    }
    Ok(())
}

fn take(cve: Cve, out: &mut Sink<'_>) {
    let modified = utc(cve.last_modified.clone());
    let published = utc(cve.published.clone());
    if let Some(mut advisory) = products(cve.id.clone(), "nvd", &cve.configurations, out) {
        // The record of the id, beside it, tells the rest.
        advisory.published = published;
        advisory.modified = modified;
        out.item(FeedItem::Advisory(Box::new(advisory)));
    }
    out.item(FeedItem::Cve(Box::new(record(cve))));
}

/// What a record says about products; nothing where it is about none.
fn products(
    id: String,
    feed: &str,
    configurations: &[Configuration],
    out: &mut Sink<'_>,
) -> Option<Advisory> {
    let (affected, unread) = configuration::statements(configurations);
    for name in unread {
        out.bad(&id, format!("`{name}` is not a CPE name"));
    }
    (!affected.is_empty()).then(|| Advisory {
        id,
        feed: feed.to_owned(),
        affected,
        ..Advisory::default()
    })
}

fn record(cve: Cve) -> CveRecord {
    let metrics = cve.metrics;
    let ratings = [
        metrics.cvss_metric_v31,
        metrics.cvss_metric_v30,
        metrics.cvss_metric_v40,
        metrics.cvss_metric_v2,
    ]
    .into_iter()
    .flatten()
    .map(|metric| Rating {
        source: if metric.source == "nvd@nist.gov" {
            "nvd".into()
        } else {
            "cna".into()
        },
        severity: None,
        vector: Some(metric.cvss_data.vector_string),
    })
    .collect();
    let english = |texts: &[Text]| {
        texts
            .iter()
            .find(|t| t.lang == "en")
            .map(|t| t.value.clone())
    };
    let cwes = cve
        .weaknesses
        .iter()
        .flat_map(|w| &w.description)
        .filter(|t| t.value.starts_with("CWE-"))
        .map(|t| t.value.clone())
        .collect();
    CveRecord {
        feed: "nvd".into(),
        summary: super::osv::first_line(&english(&cve.descriptions).unwrap_or_default()),
        published: utc(cve.published),
        modified: utc(cve.last_modified),
        rejected: cve.vuln_status == "Rejected",
        ratings,
        cwes,
        ssvc: None,
        references: cve.references.into_iter().map(|r| r.url).collect(),
        id: cve.id,
    }
}

/// NVD's times are in UTC and do not say so.
fn utc(time: String) -> String {
    if time.contains('T') && !time.ends_with('Z') {
        time + "Z"
    } else {
        time
    }
}
