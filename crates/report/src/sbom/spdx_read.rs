//! Reads SPDX 2.2 and 2.3 JSON.

use std::collections::BTreeMap;

use lazaret_model::{Distro, Inventory, TargetKind};
use serde::Deserialize;

use super::fields;
use super::foreign::{Collector, Component};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Document {
    name: String,
    #[serde(rename = "documentDescribes")]
    describes: Vec<String>,
    annotations: Vec<Annotation>,
    packages: Vec<Entry>,
    relationships: Vec<Relationship>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Annotation {
    comment: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Relationship {
    #[serde(rename = "spdxElementId")]
    from: String,
    #[serde(rename = "relationshipType")]
    kind: String,
    #[serde(rename = "relatedSpdxElement")]
    to: String,
}

impl Entry {
    /// A package of which nothing but the name is known yet.
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }
}

/// A package of an SPDX document, as JSON or tag-value has it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Entry {
    #[serde(rename = "SPDXID")]
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "versionInfo")]
    pub(super) version: Option<String>,
    #[serde(rename = "primaryPackagePurpose")]
    pub(super) purpose: Option<String>,
    #[serde(rename = "licenseDeclared")]
    pub(super) license: Option<String>,
    #[serde(rename = "externalRefs")]
    pub(super) external: Vec<External>,
    annotations: Vec<Annotation>,
}

/// A pointer from a package to the world.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct External {
    #[serde(rename = "referenceType")]
    pub(super) kind: String,
    #[serde(rename = "referenceLocator")]
    pub(super) locator: String,
}

pub(super) fn read(bytes: &[u8], name: &str) -> Result<Inventory, serde_json::Error> {
    let mut document: Document = serde_json::from_slice(bytes)?;
    let mut roots = std::mem::take(&mut document.describes);
    for relation in &document.relationships {
        if relation.kind == "DESCRIBES" && relation.from == "SPDXRef-DOCUMENT" {
            roots.push(relation.to.clone());
        }
    }
    let mut collector = Collector::new(name, TargetKind::Sbom);
    let ours = own_notes(&mut collector, &document.annotations);
    if !ours && !document.name.is_empty() {
        collector.target().name.clone_from(&document.name);
    }
    for entry in document.packages {
        if !ours {
            take(&mut collector, entry, &roots);
        } else if let Some(package) = own_package(&entry) {
            collector.exact(package);
        } else if !entry.external.is_empty() {
            take(&mut collector, entry, &roots);
        }
    }
    Ok(collector.finish())
}

fn own_notes(collector: &mut Collector, notes: &[Annotation]) -> bool {
    let mut ours = false;
    for note in notes {
        if let Some(json) = note.comment.strip_prefix("lazaret:target ") {
            if let Ok(target) = serde_json::from_str(json) {
                *collector.target() = target;
                ours = true;
            }
        } else if let Some(json) = note.comment.strip_prefix("lazaret:gap ")
            && let Ok(gap) = serde_json::from_str(json)
        {
            collector.exact_gap(gap);
        }
    }
    if notes.iter().any(|n| n.comment.starts_with("decision ")) {
        collector.forget_database();
    }
    ours
}

fn own_package(entry: &Entry) -> Option<lazaret_model::Package> {
    let json = entry
        .annotations
        .iter()
        .find_map(|a| a.comment.strip_prefix("lazaret:package "))?;
    let extras: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
    fields::to_package(
        purl(entry)?,
        extras.iter().map(|(n, v)| (n.as_str(), v.as_str())),
    )
}

fn purl(entry: &Entry) -> Option<&str> {
    entry
        .external
        .iter()
        .find(|e| e.kind == "purl")
        .map(|e| e.locator.as_str())
}

/// Takes a package of a foreign document.
pub(super) fn take(collector: &mut Collector, entry: Entry, roots: &[String]) {
    let purl = purl(&entry).map(str::to_owned);
    let purpose = entry
        .purpose
        .as_deref()
        .unwrap_or_default()
        .replace('_', "-");
    if purl.is_none() {
        match purpose.as_str() {
            "OPERATING-SYSTEM" => {
                let version = entry.version.unwrap_or_default();
                let target = collector.target();
                if target.distro.is_none() && !entry.name.is_empty() {
                    target.distro = Some(Distro::new(entry.name.to_lowercase(), version));
                }
                return;
            }
            // What the document is about, and Trivy's groups of packages.
            "CONTAINER" | "APPLICATION" => return,
            _ if roots.contains(&entry.id) => return,
            _ => {}
        }
    } else if purl.as_deref().is_some_and(|p| p.starts_with("pkg:oci/")) {
        return;
    }
    let license = entry
        .license
        .filter(|l| !matches!(l.as_str(), "" | "NOASSERTION" | "NONE"));
    collector.component(Component {
        reference: Some(entry.id).filter(|id| !id.is_empty()),
        name: entry.name,
        version: entry.version.unwrap_or_default(),
        purl,
        licenses: license.into_iter().collect(),
        properties: BTreeMap::new(),
    });
}
