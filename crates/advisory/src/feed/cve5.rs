//! The CVE list, format 5: the authority's own scores, and CISA's decision points.
//!
//! Source: CVE JSON record format 5.1; CISA Vulnrichment.

use serde::Deserialize;

use lazaret_model::{CveRecord, FeedItem, Rating, Ssvc};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "cve5",
    title: "CVE list",
    upstream: "https://github.com/CVEProject/cvelistV5",
    downloads: &[],
    about: "CVE records with the scores of their authorities and CISA's SSVC decision points.",
    wants: |path| {
        path.ends_with(".json")
            && path
                .rsplit('/')
                .next()
                .is_some_and(|n| n.starts_with("CVE-"))
    },
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "cveMetadata")]
    meta: Meta,
    containers: Containers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    cve_id: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    date_published: String,
    #[serde(default)]
    date_updated: String,
}

#[derive(Deserialize)]
struct Containers {
    #[serde(default)]
    cna: Container,
    #[serde(default)]
    adp: Vec<Container>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Container {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    descriptions: Vec<Text>,
    #[serde(default)]
    metrics: Vec<serde_json::Value>,
    #[serde(default)]
    problem_types: Vec<Problem>,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Deserialize)]
struct Text {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    descriptions: Vec<Weakness>,
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(rename = "cweId", default)]
    cwe: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let record: Record =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let cna = &record.containers.cna;
    let mut ratings = vectors(&cna.metrics, "cna");
    let mut cwes = weaknesses(cna);
    let mut ssvc = None;
    for adp in &record.containers.adp {
        ratings.extend(vectors(&adp.metrics, "cisa-adp"));
        cwes.extend(weaknesses(adp));
        ssvc = ssvc.or_else(|| adp.metrics.iter().find_map(decision_points));
    }
    cwes.sort();
    cwes.dedup();
    let english = cna.descriptions.iter().find(|t| t.lang.starts_with("en"));
    let summary = cna.title.clone().filter(|t| !t.trim().is_empty());
    out.item(FeedItem::Cve(Box::new(CveRecord {
        id: record.meta.cve_id,
        feed: "cve".into(),
        summary: summary.unwrap_or_else(|| {
            super::osv::first_line(english.map(|t| t.value.as_str()).unwrap_or_default())
        }),
        published: record.meta.date_published,
        modified: record.meta.date_updated,
        rejected: record.meta.state == "REJECTED",
        ratings,
        cwes,
        ssvc,
        references: cna.references.iter().map(|r| r.url.clone()).collect(),
    })));
    Ok(())
}

fn vectors(metrics: &[serde_json::Value], source: &str) -> Vec<Rating> {
    const KEYS: [&str; 4] = ["cvssV3_1", "cvssV3_0", "cvssV4_0", "cvssV2_0"];
    KEYS.into_iter()
        .flat_map(|key| {
            metrics
                .iter()
                .filter_map(move |m| m.get(key)?.get("vectorString")?.as_str())
        })
        .map(|vector| Rating {
            source: source.to_owned(),
            severity: None,
            vector: Some(vector.to_owned()),
        })
        .collect()
}

fn weaknesses(container: &Container) -> Vec<String> {
    container
        .problem_types
        .iter()
        .flat_map(|p| &p.descriptions)
        .filter_map(|d| d.cwe.clone())
        .collect()
}

fn decision_points(metric: &serde_json::Value) -> Option<Ssvc> {
    let options = metric
        .get("other")?
        .get("content")?
        .get("options")?
        .as_array()?;
    let point = |name: &str| {
        options
            .iter()
            .find_map(|o| o.get(name)?.as_str())
            .unwrap_or_default()
            .to_lowercase()
    };
    Some(Ssvc {
        exploitation: point("Exploitation"),
        automatable: point("Automatable"),
        technical_impact: point("Technical Impact"),
    })
}
