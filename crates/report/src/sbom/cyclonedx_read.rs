//! Reads CycloneDX JSON, 1.2 to 1.6 and what later versions share with them.
//!
//! Components may be nested; the depth is bounded by the JSON reader's own limit.

use std::collections::BTreeMap;

use lazaret_model::{Distro, Inventory, TargetKind};
use serde::Deserialize;
use serde_json::Value;

use super::fields;
use super::foreign::{Collector, Component};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bom {
    metadata: Metadata,
    components: Option<Vec<Entry>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    component: Option<Entry>,
    properties: Option<Vec<Property>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    group: Option<String>,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    licenses: Option<Value>,
    properties: Option<Vec<Property>>,
    components: Option<Vec<Entry>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Property {
    name: String,
    value: Option<String>,
}

pub(super) fn read(bytes: &[u8], name: &str) -> Result<Inventory, serde_json::Error> {
    let bom: Bom = serde_json::from_slice(bytes)?;
    let mut collector = Collector::new(name, TargetKind::Sbom);
    let ours = own_metadata(&mut collector, bom.metadata.properties.unwrap_or_default());
    if let Some(mut root) = bom.metadata.component.filter(|_| !ours) {
        about(&mut collector, &root);
        let is_package = root.purl.as_deref().is_some_and(|purl| {
            let oci = ["pkg:oci/", "pkg:docker/", "pkg:generic/", "pkg:github/"];
            root.version.is_some() && !oci.iter().any(|p| purl.starts_with(p))
        });
        if is_package {
            take(&mut collector, root, ours);
        } else {
            for nested in root.components.take().unwrap_or_default() {
                take(&mut collector, nested, ours);
            }
        }
    }
    for entry in bom.components.unwrap_or_default() {
        take(&mut collector, entry, ours);
    }
    Ok(collector.finish())
}

/// Restores target and gaps of a document of ours; whether it is one.
fn own_metadata(collector: &mut Collector, properties: Vec<Property>) -> bool {
    let mut ours = false;
    let is_report = properties.iter().any(|p| p.name == "lazaret:decision");
    for property in properties {
        let value = property.value.unwrap_or_default();
        match property.name.as_str() {
            "lazaret:target" => {
                if let Ok(target) = serde_json::from_str(&value) {
                    *collector.target() = target;
                    ours = true;
                }
            }
            "lazaret:gap" => {
                if let Ok(gap) = serde_json::from_str(&value) {
                    collector.exact_gap(gap);
                }
            }
            _ => {}
        }
    }
    if is_report {
        collector.forget_database();
    }
    ours
}

/// The name and digest of what a foreign document describes.
fn about(collector: &mut Collector, root: &Entry) {
    let target = collector.target();
    if !root.name.is_empty() {
        target.name.clone_from(&root.name);
    }
    target.digest = root.version.as_deref().and_then(|v| v.parse().ok());
}

fn take(collector: &mut Collector, mut entry: Entry, ours: bool) {
    let nested = entry.components.take().unwrap_or_default();
    let properties: BTreeMap<String, String> = entry
        .properties
        .take()
        .unwrap_or_default()
        .into_iter()
        .map(|p| (p.name, p.value.unwrap_or_default()))
        .collect();
    let has_purl = entry.purl.as_deref().is_some_and(|p| !p.is_empty());
    match entry.kind.as_str() {
        "operating-system" if !has_purl => system(collector, &entry, ours),
        "file" if !has_purl => collector.count("of the kind file, without a package URL"),
        // Trivy groups packages under a component for each lock file.
        _ if !has_purl && properties.contains_key("aquasecurity:trivy:Class") => {}
        _ => {
            let extras = properties.iter().map(|(n, v)| (n.as_str(), v.as_str()));
            let purl = entry.purl.as_deref().unwrap_or_default();
            match fields::to_package(purl, extras) {
                Some(package) => collector.exact(package),
                None => collector.component(foreign(entry, properties)),
            }
        }
    }
    for entry in nested {
        take(collector, entry, ours);
    }
}

fn system(collector: &mut Collector, entry: &Entry, ours: bool) {
    let target = collector.target();
    if !ours && target.distro.is_none() && !entry.name.is_empty() {
        let version = entry.version.clone().unwrap_or_default();
        target.distro = Some(Distro::new(entry.name.to_lowercase(), version));
    }
}

fn foreign(entry: Entry, properties: BTreeMap<String, String>) -> Component {
    let name = match entry.group.filter(|g| !g.is_empty()) {
        Some(group) => format!("{group}/{}", entry.name),
        None => entry.name,
    };
    Component {
        reference: entry.reference,
        name,
        version: entry.version.unwrap_or_default(),
        purl: entry.purl,
        licenses: licenses(entry.licenses.as_ref()),
        properties,
    }
}

/// Licences as written: an expression, an SPDX id or a name.
fn licenses(value: Option<&Value>) -> Vec<String> {
    let items = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let text = |v: Option<&Value>| v.and_then(Value::as_str).map(str::to_owned);
    items
        .iter()
        .filter_map(|item| {
            let license = item.get("license");
            text(item.get("expression"))
                .or_else(|| text(license.and_then(|l| l.get("id"))))
                .or_else(|| text(license.and_then(|l| l.get("name"))))
        })
        .collect()
}
