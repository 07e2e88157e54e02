//! CISA's catalogue of known exploited vulnerabilities, in JSON or CSV.
//!
//! Source: CISA, "Known Exploited Vulnerabilities Catalog", and its JSON schema.

use serde::Deserialize;

use lazaret_model::{FeedItem, Kev};

use super::lenient::Lenient;
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
    vulnerabilities: Vec<Lenient<Entry>>,
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
    let entries = if file.path.ends_with(".csv") {
        let mut reader = csv::Reader::from_reader(file.bytes);
        reader
            .deserialize()
            .map(|row| Lenient(row.map_err(|e| e.to_string())))
            .collect()
    } else {
        let all: Catalogue =
            serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
        all.vulnerabilities
    };
    for (position, entry) in entries.into_iter().enumerate() {
        let entry = match entry.0 {
            Ok(entry) => entry,
            Err(why) => {
                out.bad(format!("entry {position}"), why);
                continue;
            }
        };
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
