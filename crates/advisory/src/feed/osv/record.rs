//! The parts of an OSV record that are read.
//!
//! Lists may be absent or `null`: writers disagree.

use serde::Deserialize;

use lazaret_version::osv::Event;

#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    #[serde(default)]
    pub(super) modified: String,
    #[serde(default)]
    pub(super) published: String,
    #[serde(default)]
    pub(super) withdrawn: Option<String>,
    #[serde(default)]
    pub(super) aliases: Option<Vec<String>>,
    #[serde(default)]
    pub(super) upstream: Option<Vec<String>>,
    #[serde(default)]
    pub(super) related: Option<Vec<String>>,
    #[serde(default)]
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) details: Option<String>,
    #[serde(default)]
    pub(super) severity: Option<Vec<Score>>,
    #[serde(default)]
    pub(super) affected: Option<Vec<Package>>,
    #[serde(default)]
    pub(super) references: Option<Vec<Reference>>,
    #[serde(default)]
    pub(super) database_specific: Option<Specific>,
}

#[derive(Deserialize)]
pub(super) struct Score {
    #[serde(default)]
    pub(super) score: String,
}

#[derive(Deserialize)]
pub(super) struct Reference {
    #[serde(default)]
    pub(super) url: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Specific {
    #[serde(default)]
    pub(super) severity: Option<serde_json::Value>,
    #[serde(default)]
    pub(super) cwe_ids: Option<Vec<String>>,
    #[serde(default)]
    pub(super) informational: Option<String>,
    #[serde(default)]
    pub(super) last_known_affected_version_range: Option<String>,
    #[serde(default)]
    pub(super) imports: Option<Vec<Import>>,
    #[serde(default)]
    pub(super) rpm_modularity: Option<String>,
    #[serde(default)]
    pub(super) urgency: Option<String>,
    #[serde(default)]
    pub(super) ubuntu_priority: Option<String>,
    #[serde(default)]
    pub(super) binaries: Option<serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct Import {
    #[serde(default)]
    pub(super) goos: Option<Vec<String>>,
    #[serde(default)]
    pub(super) goarch: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    #[serde(default)]
    pub(super) package: Option<Name>,
    #[serde(default)]
    pub(super) ranges: Option<Vec<Ranges>>,
    #[serde(default)]
    pub(super) versions: Option<Vec<String>>,
    #[serde(default)]
    pub(super) severity: Option<Vec<Score>>,
    #[serde(default)]
    pub(super) database_specific: Option<Specific>,
    #[serde(default)]
    pub(super) ecosystem_specific: Option<Specific>,
}

#[derive(Deserialize)]
pub(super) struct Name {
    #[serde(default)]
    pub(super) ecosystem: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) purl: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Ranges {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) events: Vec<Point>,
}

#[derive(Deserialize)]
pub(super) struct Point {
    #[serde(default)]
    pub(super) introduced: Option<String>,
    #[serde(default)]
    pub(super) fixed: Option<String>,
    #[serde(default)]
    pub(super) last_affected: Option<String>,
    #[serde(default)]
    pub(super) limit: Option<String>,
}

impl Point {
    pub(super) fn event(&self) -> Option<Event> {
        let versions = [
            self.introduced
                .as_ref()
                .map(|v| Event::Introduced(v.clone())),
            self.fixed.as_ref().map(|v| Event::Fixed(v.clone())),
            self.last_affected
                .as_ref()
                .map(|v| Event::LastAffected(v.clone())),
            self.limit.as_ref().map(|v| Event::Limit(v.clone())),
        ];
        versions.into_iter().flatten().next()
    }
}
