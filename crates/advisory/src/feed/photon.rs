//! Photon OS: vulnerabilities by source package, fixed, unfixed and not affected.
//!
//! The release is in the file's name. Lists name sub-packages beside their source
//! package; those equal the source's rows and are found through it.
//!
//! Source: `photon_cve_metadata`.

use std::collections::BTreeMap;

use serde::Deserialize;

use lazaret_model::{
    Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating, Severity,
};
use lazaret_version::{Interval, Range, Scheme};

use super::text::cve_ids;
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "photon",
    title: "Photon OS",
    upstream: "https://packages.vmware.com/photon/photon_cve_metadata/",
    downloads: &[
        "https://packages.vmware.com/photon/photon_cve_metadata/cve_data_photon3.0.json",
        "https://packages.vmware.com/photon/photon_cve_metadata/cve_data_photon4.0.json",
        "https://packages.vmware.com/photon/photon_cve_metadata/cve_data_photon5.0.json",
    ],
    about: "Vulnerabilities of Photon OS by source package, with those that are not fixed.",
    wants: |path| path.ends_with(".json") && path.contains("cve_data_photon"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Row {
    cve_id: String,
    pkg: String,
    #[serde(default)]
    cve_score: f64,
    #[serde(default)]
    res_ver: String,
    #[serde(default)]
    status: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let rows: Vec<serde_json::Value> =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let release = file
        .path
        .rsplit_once("cve_data_photon")
        .map(|(_, rest)| rest.trim_end_matches(".json"))
        .unwrap_or_default();
    let space = space::of_release("photon", release)
        .ok_or_else(|| FeedError::new("the file's name tells no release"))?;
    let mut by_id: BTreeMap<String, Advisory> = BTreeMap::new();
    for (position, value) in rows.into_iter().enumerate() {
        let row: Row = match serde_json::from_value(value) {
            Ok(row) => row,
            Err(error) => {
                out.bad(format!("row {position}"), error.to_string());
                continue;
            }
        };
        if cve_ids(&row.cve_id) != [row.cve_id.as_str()] {
            out.bad(format!("{} {}", row.cve_id, row.pkg), "not a CVE id");
            continue;
        }
        match statement(&space.name, &row) {
            Ok(statement) => {
                let advisory = by_id.entry(row.cve_id.clone()).or_default();
                if !advisory.affected.contains(&statement) {
                    advisory.affected.push(statement);
                }
                if row.cve_score > 0.0 && advisory.ratings.is_empty() {
                    advisory.ratings.push(Rating {
                        source: "photon".into(),
                        severity: Some(Severity::from_score(row.cve_score)),
                        vector: None,
                    });
                }
            }
            Err(reason) => out.bad(format!("{} {}", row.cve_id, row.pkg), reason),
        }
    }
    for (id, mut advisory) in by_id {
        advisory.id = id;
        advisory.feed = "photon".into();
        out.item(FeedItem::Advisory(Box::new(advisory)));
    }
    Ok(())
}

fn statement(space: &str, row: &Row) -> Result<Affected, String> {
    let fixed = row.res_ver.trim();
    let (range, status, fixed) = match (row.status.trim(), fixed) {
        ("Not Affected", _) => (Range::everything(), FixStatus::NotAffected, vec![]),
        (_, "" | "NA" | "N/A" | "None") => (Range::everything(), FixStatus::Affected, vec![]),
        (_, version) if Scheme::Rpm.check(version).is_ok() => (
            Range::from(Interval::below(version)),
            FixStatus::Fixed,
            vec![version.to_owned()],
        ),
        (_, other) => return Err(format!("`{other}` is not a version")),
    };
    Ok(Affected {
        space: space.to_owned(),
        name: row.pkg.clone(),
        key: KeyKind::Source,
        scheme: Scheme::Rpm,
        range,
        status,
        raw_status: None,
        fixed,
        severity: None,
        qualifiers: Qualifiers::default(),
    })
}
