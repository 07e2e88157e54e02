//! Reads Syft's own JSON: artifacts with purls, and the distribution.

use std::collections::BTreeMap;

use lazaret_model::{Distro, Inventory, TargetKind};
use serde::Deserialize;

use super::foreign::{Collector, Component};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Document {
    artifacts: Vec<Artifact>,
    distro: Option<Release>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Artifact {
    id: Option<String>,
    name: String,
    version: Option<String>,
    purl: Option<String>,
    locations: Vec<Place>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Place {
    path: String,
    #[serde(rename = "layerID")]
    layer: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Release {
    id: Option<String>,
    #[serde(rename = "versionID")]
    version: Option<String>,
}

pub(super) fn read(bytes: &[u8], name: &str) -> Result<Inventory, serde_json::Error> {
    let document: Document = serde_json::from_slice(bytes)?;
    let mut collector = Collector::new(name, TargetKind::Sbom);
    if let Some(release) = document.distro
        && let Some(id) = release.id.filter(|id| !id.is_empty())
    {
        let version = release.version.unwrap_or_default();
        collector.target().distro = Some(Distro::new(id.to_lowercase(), version));
    }
    for artifact in document.artifacts {
        let mut properties = BTreeMap::new();
        for (at, place) in artifact.locations.into_iter().enumerate() {
            properties.insert(format!("syft:location:{at}:path"), place.path);
            properties.insert(format!("syft:location:{at}:layerID"), place.layer);
        }
        collector.component(Component {
            reference: artifact.id,
            name: artifact.name,
            version: artifact.version.unwrap_or_default(),
            purl: artifact.purl,
            licenses: Vec::new(),
            properties,
        });
    }
    Ok(collector.finish())
}
