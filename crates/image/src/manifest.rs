//! Indexes, manifests and configurations: read leniently, believed only when verified.
//!
//! Source: OCI Image Format Specification 1.1; Docker Image Manifest Version 2, Schema 2.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use lazaret_model::{Digest, Platform};

use crate::{Closed, ImageError, LayerDescriptor, Limits};

/// A pointer to a blob.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "mediaType", default)]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) platform: Option<PlatformJson>,
    #[serde(rename = "artifactType", default)]
    pub(crate) artifact_type: Option<String>,
    #[serde(default)]
    pub(crate) annotations: Option<BTreeMap<String, String>>,
}

impl Descriptor {
    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        let found = self.annotations.as_ref()?.get(key)?;
        Some(found.as_str()).filter(|text| !text.is_empty())
    }
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
    pub(crate) fn platform(&self) -> Platform {
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
    #[serde(rename = "mediaType", default, deserialize_with = "or_default")]
    pub(crate) media_type: String,
    #[serde(default)]
    pub(crate) manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    pub(crate) config: Option<Descriptor>,
    #[serde(default)]
    pub(crate) layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    pub(crate) subject: Option<Descriptor>,
    #[serde(rename = "artifactType", default)]
    artifact_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) annotations: BTreeMap<String, String>,
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
    /// RFC 3339 time that the image says it was made at.
    #[serde(default, deserialize_with = "or_default")]
    pub created: Option<String>,
    /// How containers of the image run, and its labels.
    #[serde(default, rename = "config", deserialize_with = "or_default")]
    pub settings: ImageSettings,
    /// Layers.
    #[serde(default)]
    pub rootfs: RootFs,
    /// Build steps.
    #[serde(default)]
    pub history: Vec<History>,
}

/// How containers of an image run: what is needed of it so far.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct ImageSettings {
    /// Labels.
    #[serde(default, rename = "Labels", deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// Variables, `NAME=value`.
    #[serde(default, rename = "Env", deserialize_with = "or_default")]
    pub environment: Vec<String>,
    /// What is run.
    #[serde(default, rename = "Entrypoint", deserialize_with = "or_default")]
    pub entry_point: Vec<String>,
    /// Its arguments, or what is run where there is no entry point.
    #[serde(default, rename = "Cmd", deserialize_with = "or_default")]
    pub command: Vec<String>,
    /// Who runs it: a name or number, with a group behind a colon or without.
    #[serde(default, rename = "User", deserialize_with = "or_default")]
    pub user: String,
    /// Ports that it listens on, `80/tcp`.
    #[serde(default, rename = "ExposedPorts", deserialize_with = "or_default")]
    pub exposed_ports: BTreeMap<String, serde_json::Value>,
    /// Paths that are volumes.
    #[serde(default, rename = "Volumes", deserialize_with = "or_default")]
    pub volumes: BTreeMap<String, serde_json::Value>,
    /// What tells whether a container is healthy.
    #[serde(default, rename = "Healthcheck", deserialize_with = "or_default")]
    pub health_check: HealthCheck,
}

/// What tells whether a container is healthy.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct HealthCheck {
    /// The command, its first word saying how it is run.
    #[serde(default, rename = "Test", deserialize_with = "or_default")]
    pub test: Vec<String>,
}

/// What is null, or not of the specified type, is absent: odd labels make no image
/// unreadable.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned + Default,
{
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The layers of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct RootFs {
    /// Digests of the uncompressed layers, bottom up.
    #[serde(default)]
    pub diff_ids: Vec<Digest>,
}

impl Closed {
    fn of(media_type: &str) -> Option<Self> {
        let has = |part: &str| media_type.contains(part);
        if has("nondistributable") || has("foreign") {
            Some(Self::Foreign)
        } else if has("+encrypted") {
            Some(Self::Encrypted)
        } else if has("wasm") && !has("tar") {
            Some(Self::Module)
        } else {
            None
        }
    }
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

/// Layers of a manifest and the configuration of an image, by the bytes of the latter.
///
/// # Errors
/// When the two do not make an image; what else they are is said where it is known.
pub(crate) fn image(
    document: &Document,
    config: &[u8],
    limits: &Limits,
) -> Result<(ImageConfig, Vec<LayerDescriptor>), ImageError> {
    let list = document.layers.as_deref().unwrap_or_default();
    let read = ImageConfig::parse("image configuration", config)
        .and_then(|config| Ok((layers(list, &config, limits)?, config)));
    match (read, document.artifact()) {
        (Ok((layers, config)), None) => Ok((config, layers)),
        // Whoever calls an image by another name is believed once it is one.
        (Ok((layers, config)), Some(_)) if !layers.is_empty() => Ok((config, layers)),
        (_, Some(kind)) => Err(ImageError::Artifact { kind }),
        (Err(error), None) => Err(error),
    }
}

impl Document {
    /// The configuration, which every image has.
    pub(crate) fn configuration(&self) -> Result<&Descriptor, ImageError> {
        match (&self.config, self.artifact()) {
            (Some(config), _) => Ok(config),
            (None, Some(kind)) => Err(ImageError::Artifact { kind }),
            (None, None) => Err(ImageError::manifest(
                "manifest",
                "it names no configuration",
            )),
        }
    }

    /// What the manifest says to be, in its own words: the type of the artifact, else that
    /// of its configuration.
    pub(crate) fn kind(&self) -> Option<String> {
        let of_config = self.config.as_ref().map(|c| c.media_type.as_str());
        let told = [self.artifact_type.as_deref(), of_config];
        let mut told = told.into_iter().flatten().filter(|kind| !kind.is_empty());
        told.next().map(str::to_owned)
    }

    /// What the manifest says to be, where that is no image.
    fn artifact(&self) -> Option<String> {
        let of_config = self.config.as_ref().map(|c| c.media_type.as_str());
        let told = [self.artifact_type.as_deref(), of_config];
        let kind = told
            .into_iter()
            .flatten()
            .find(|kind| !kind.is_empty() && !EMPTY.contains(kind))?;
        if IMAGE_CONFIGS.contains(&kind) {
            return None;
        }
        let known = KINDS.iter().find(|(part, _)| kind.contains(part));
        let kind: String = kind.chars().take(200).collect();
        Some(known.map_or_else(|| kind.clone(), |(_, name)| format!("{name} ({kind})")))
    }
}

/// Media types of the configurations that images have.
const IMAGE_CONFIGS: [&str; 2] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
];

/// Media types that say nothing.
const EMPTY: [&str; 2] = ["application/vnd.oci.empty.v1+json", "application/json"];

/// Artifacts that people know by name, by a part of their media types.
const KINDS: [(&str, &str); 8] = [
    ("helm", "a Helm chart"),
    ("wasm", "a WebAssembly module"),
    ("cosign", "a signature"),
    ("sigstore", "a signature"),
    ("notary", "a signature"),
    ("in-toto", "an attestation"),
    ("spdx", "a bill of materials"),
    ("cyclonedx", "a bill of materials"),
];

/// The layers of a manifest, paired with what the configuration says of them.
fn layers(
    manifest: &[Descriptor],
    config: &ImageConfig,
    limits: &Limits,
) -> Result<Vec<LayerDescriptor>, ImageError> {
    check_number(manifest.len(), limits)?;
    if manifest.iter().any(|layer| layer.size > limits.layer_bytes) {
        return Err(ImageError::Limit {
            what: "size of a layer",
            limit: limits.layer_bytes,
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
            closed: Closed::of(&layer.media_type),
            place: layer.digest.to_string(),
        })
        .collect())
}

fn check_number(layers: usize, limits: &Limits) -> Result<(), ImageError> {
    match layers > limits.layers {
        true => Err(ImageError::Limit {
            what: "number of layers",
            limit: limits.layers as u64,
        }),
        false => Ok(()),
    }
}

/// Layers of which only the configuration and their places are known.
pub(crate) fn layers_at(
    places: &[String],
    config: &ImageConfig,
    limits: &Limits,
) -> Result<Vec<LayerDescriptor>, ImageError> {
    check_number(places.len(), limits)?;
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
            closed: None,
            place: place.clone(),
        })
        .collect())
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
        crate::index::exercise(manifests);
    }
    if let (Some(list), Ok(config)) = (&document.layers, config) {
        let _ = config.platform();
        let _ = layers(list, &config, &Limits::default());
        let _ = image(
            &document,
            second.get(1..).unwrap_or_default(),
            &Limits::default(),
        );
    }
}
