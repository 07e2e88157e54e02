//! The National Vulnerability Database: scores and weaknesses of CVE ids.
//!
//! Source: NVD API 2.0, `cves`; the yearly files have the same shape.

use serde::Deserialize;

use lazaret_model::{CveRecord, FeedItem, Rating};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "nvd",
    title: "National Vulnerability Database",
    upstream: "https://nvd.nist.gov/vuln/data-feeds",
    downloads: &[],
    about: "CVSS vectors, weaknesses and descriptions of CVE ids, in the format of API 2.0.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Page {
    vulnerabilities: Vec<Item>,
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
    if let Ok(page) = serde_json::from_slice::<Page>(file.bytes) {
        for item in page.vulnerabilities {
            out.item(FeedItem::Cve(Box::new(record(item.cve))));
        }
        return Ok(());
    }
    let cve = serde_json::from_slice::<Item>(file.bytes)
        .map(|i| i.cve)
        .or_else(|_| serde_json::from_slice::<Cve>(file.bytes))
        .map_err(|e| FeedError::new(e.to_string()))?;
    out.item(FeedItem::Cve(Box::new(record(cve))));
    Ok(())
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
