//! Indexes, manifests and configurations: read leniently, believed only when verified.
//!
//! Source: OCI Image Format Specification 1.1; Docker Image Manifest Version 2, Schema 2.

use serde::{Deserialize, Serialize};

use lazaret_model::{Digest, Platform};

use crate::{ImageError, LayerDescriptor, Limits};

/// A pointer to a blob.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "mediaType", default)]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) platform: Option<PlatformJson>,
    #[serde(default)]
    pub(crate) annotations: Option<std::collections::BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PlatformJson {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

impl PlatformJson {
    fn platform(&self) -> Platform {
        Platform {
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            variant: self.variant.clone().filter(|v| !v.is_empty()),
        }
    }
}

/// A manifest or an index: which of the two, its members tell.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    #[serde(rename = "schemaVersion", default)]
    schema_version: u32,
    #[serde(default)]
    pub(crate) manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Option<Vec<Descriptor>>,
    #[serde(rename = "fsLayers", default)]
    fs_layers: Option<serde::de::IgnoredAny>,
}

impl Document {
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Self, ImageError> {
        let document: Self =
            serde_json::from_slice(bytes).map_err(|e| ImageError::manifest(name, e.to_string()))?;
        if document.fs_layers.is_some() || document.schema_version == 1 {
            let why = "a schema 1 manifest; push the image again with a client of this decade";
            return Err(ImageError::manifest(name, why));
        }
        Ok(document)
    }
}

/// The configuration of an image, as far as anything here needs it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct ImageConfig {
    /// Operating system.
    #[serde(default)]
    pub os: String,
    /// Architecture.
    #[serde(default)]
    pub architecture: String,
    /// Variant of the architecture.
    #[serde(default)]
    pub variant: Option<String>,
    /// Layers.
    #[serde(default)]
    pub rootfs: RootFs,
    /// Build steps.
    #[serde(default)]
    pub history: Vec<History>,
}

/// The layers of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct RootFs {
    /// Digests of the uncompressed layers, bottom up.
    #[serde(default)]
    pub diff_ids: Vec<Digest>,
}

/// A build step.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct History {
    /// The command.
    #[serde(default)]
    pub created_by: Option<String>,
    /// Whether the step made no layer.
    #[serde(default)]
    pub empty_layer: bool,
}

impl ImageConfig {
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Self, ImageError> {
        serde_json::from_slice(bytes).map_err(|e| ImageError::manifest(name, e.to_string()))
    }

    pub(crate) fn platform(&self) -> Option<Platform> {
        (!self.os.is_empty() && !self.architecture.is_empty()).then(|| Platform {
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            variant: self.variant.clone().filter(|v| !v.is_empty()),
        })
    }

    /// Holds the image against the platform that was asked for. An image that tells none
    /// contradicts nobody.
    pub(crate) fn check_platform(&self, wanted: Option<&Platform>) -> Result<(), ImageError> {
        match (wanted, self.platform()) {
            (Some(wanted), Some(offered)) if !wanted.accepts(&offered) => {
                Err(ImageError::NoPlatform {
                    wanted: wanted.to_string(),
                    offered: offered.to_string(),
                })
            }
            _ => Ok(()),
        }
    }

    /// The build steps that made layers, in order.
    fn steps(&self) -> impl Iterator<Item = Option<String>> + '_ {
        self.history
            .iter()
            .filter(|h| !h.empty_layer)
            .map(|h| h.created_by.clone())
    }
}

/// The layers of a manifest, paired with what the configuration says of them.
pub(crate) fn layers(
    manifest: &[Descriptor],
    config: &ImageConfig,
    limits: &Limits,
) -> Result<Vec<LayerDescriptor>, ImageError> {
    if manifest.len() > limits.layers {
        return Err(ImageError::Limit {
            what: "number of layers",
            limit: limits.layers as u64,
        });
    }
    if manifest.len() != config.rootfs.diff_ids.len() {
        let why = format!(
            "the manifest has {} layers, the configuration {}",
            manifest.len(),
            config.rootfs.diff_ids.len()
        );
        return Err(ImageError::manifest("manifest", why));
    }
    let mut steps = config.steps();
    Ok(manifest
        .iter()
        .zip(&config.rootfs.diff_ids)
        .enumerate()
        .map(|(index, (layer, diff_id))| LayerDescriptor {
            index,
            digest: Some(layer.digest.clone()),
            diff_id: diff_id.clone(),
            size: Some(layer.size),
            created_by: steps.next().flatten(),
            foreign: layer.media_type.contains("nondistributable")
                || layer.media_type.contains("foreign"),
            place: layer.digest.to_string(),
        })
        .collect())
}

/// Layers of which only the configuration and their places are known.
pub(crate) fn layers_at(
    places: &[String],
    config: &ImageConfig,
) -> Result<Vec<LayerDescriptor>, ImageError> {
    if places.len() != config.rootfs.diff_ids.len() {
        let why = format!(
            "{} layers are listed, the configuration has {}",
            places.len(),
            config.rootfs.diff_ids.len()
        );
        return Err(ImageError::manifest("manifest.json", why));
    }
    let mut steps = config.steps();
    Ok(places
        .iter()
        .zip(&config.rootfs.diff_ids)
        .enumerate()
        .map(|(index, (place, diff_id))| LayerDescriptor {
            index,
            digest: None,
            diff_id: diff_id.clone(),
            size: None,
            created_by: steps.next().flatten(),
            foreign: false,
            place: place.clone(),
        })
        .collect())
}

/// The manifest of an index that is wanted.
///
/// Attestations (`unknown/unknown`) are no images. A single image is taken whatever its
/// platform, unless one was asked for.
pub(crate) fn choose<'a>(
    manifests: &'a [Descriptor],
    wanted: Option<&Platform>,
) -> Result<&'a Descriptor, ImageError> {
    let attestation = |d: &&Descriptor| {
        d.platform.as_ref().is_some_and(|p| p.os == "unknown")
            || d.annotations
                .as_ref()
                .is_some_and(|a| a.contains_key("vnd.docker.reference.type"))
    };
    let images: Vec<&Descriptor> = manifests.iter().filter(|d| !attestation(d)).collect();
    if let ([only], None) = (images.as_slice(), wanted) {
        return Ok(only);
    }
    let host = Platform::host();
    let asked = wanted.unwrap_or(&host);
    let fits = |d: &&&Descriptor| {
        d.platform
            .as_ref()
            .is_some_and(|p| asked.accepts(&p.platform()))
    };
    if let Some(found) = images.iter().find(fits) {
        return Ok(found);
    }
    // An index entry without a platform can only be judged by its configuration.
    if let ([only], Some(_)) = (images.as_slice(), wanted)
        && only.platform.is_none()
    {
        return Ok(only);
    }
    let offered: Vec<String> = images
        .iter()
        .map(|d| {
            d.platform
                .as_ref()
                .map_or("an unnamed platform".into(), |p| p.platform().to_string())
        })
        .collect();
    let offered = if offered.is_empty() {
        "no platform at all".into()
    } else {
        offered.join(", ")
    };
    Err(ImageError::NoPlatform {
        wanted: asked.to_string(),
        offered,
    })
}

/// Reads two documents, a zero byte between them: an index or manifest, and the
/// configuration that goes with it. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    let zero = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let (first, second) = bytes.split_at(zero);
    let config = ImageConfig::parse("config", second.get(1..).unwrap_or_default());
    let Ok(document) = Document::parse("document", first) else {
        return;
    };
    if let Some(manifests) = &document.manifests {
        let _ = choose(manifests, None);
        let _ = choose(manifests, Some(&Platform::host()));
    }
    if let (Some(list), Ok(config)) = (&document.layers, config) {
        let _ = config.platform();
        let _ = layers(list, &config, &Limits::default());
    }
}
