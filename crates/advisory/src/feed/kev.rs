//! CISA's catalogue of known exploited vulnerabilities, in JSON or CSV.
//!
//! Source: CISA, "Known Exploited Vulnerabilities Catalog", and its JSON schema.

use serde::Deserialize;

use lazaret_model::{FeedItem, Kev};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "kev",
    title: "Known exploited vulnerabilities",
    upstream: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    downloads: &[
        "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    ],
    about: "Vulnerabilities that are known to have been exploited.",
    wants: |path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        (name.ends_with(".json") || name.ends_with(".csv")) && !name.contains("schema")
    },
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Catalogue {
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "cveID")]
    id: String,
    #[serde(default)]
    vulnerability_name: String,
    #[serde(default)]
    date_added: String,
    #[serde(default)]
    due_date: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let fail = |e: String| FeedError::new(e);
    let entries = if file.path.ends_with(".csv") {
        let mut reader = csv::Reader::from_reader(file.bytes);
        reader
            .deserialize()
            .collect::<Result<Vec<Entry>, _>>()
            .map_err(|e| fail(e.to_string()))?
    } else {
        let all: Catalogue = serde_json::from_slice(file.bytes).map_err(|e| fail(e.to_string()))?;
        all.vulnerabilities
    };
    for entry in entries {
        out.item(FeedItem::Kev {
            id: entry.id,
            kev: Kev {
                date_added: entry.date_added,
                due_date: entry.due_date,
                ransomware: entry.known_ransomware_campaign_use == "Known",
                name: entry.vulnerability_name,
            },
        });
    }
    Ok(())
}
