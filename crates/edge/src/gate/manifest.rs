//! What a manifest is, read as far as a gate must: pure, over at most 4 MiB.

use std::collections::BTreeMap;

use lazaret_model::Digest;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256, Sha512};

use super::decide::Kind;

/// Largest manifest, in bytes: what the specification asks registries to take.
pub const MAX_MANIFEST: usize = 4 << 20;

/// Configurations that clients run. Docker takes the last two for images as well, since
/// old registries stored them so.
const IMAGE_CONFIGS: [&str; 5] = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/octet-stream",
    "application/json",
    "",
];

/// Layers that are no file systems although the configuration says "image": signatures
/// and attestations as cosign has stored them from its beginning.
const NO_LAYERS: [&str; 6] = [
    "application/vnd.dev.cosign.simplesigning.v1+json",
    "application/vnd.dsse.envelope.v1+json",
    "application/vnd.in-toto+json",
    "application/vnd.dev.sigstore.bundle",
    "application/spdx+json",
    "application/vnd.cyclonedx",
];

/// A manifest whose content was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) kind: Kind,
    /// What an index leads to.
    pub(super) platforms: Vec<Digest>,
}

/// Why a manifest cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unjudged {
    #[error("the manifest is no JSON object")]
    NoJson,
    #[error("the manifest has schema 1, whose digest does not cover what is pulled")]
    Schema1,
    #[error("the manifest has a field that clients take for another one: upper and lower case")]
    Case,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: Option<u64>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    digest: String,
}

/// What bytes are. Where a document could be read as two things, it is the one that is
/// judged more strictly: an image.
pub(super) fn seen(bytes: &[u8]) -> Result<Seen, Unjudged> {
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|_| Unjudged::NoJson)?;
    if is_ambiguous(bytes)? {
        return Err(Unjudged::Case);
    }
    if manifest.schema_version == Some(1) {
        return Err(Unjudged::Schema1);
    }
    let layers = manifest.layers.unwrap_or_default();
    let platforms = manifest.manifests.unwrap_or_default();
    let kind = match &manifest.config {
        None if layers.is_empty() => Kind::Index,
        // Images without a configuration are none that could run, but who knows.
        None => Kind::Image,
        Some(config) if !IMAGE_CONFIGS.contains(&config.media_type.as_str()) => Kind::Artifact,
        Some(_) if !layers.is_empty() && layers.iter().all(is_no_layer) => Kind::Artifact,
        Some(_) => Kind::Image,
    };
    let platforms = platforms.iter().filter_map(|p| p.digest.parse().ok());
    Ok(Seen {
        kind,
        platforms: platforms.collect(),
    })
}

/// Fields that decide what a manifest is.
const FIELDS: [&str; 8] = [
    "schemaVersion",
    "config",
    "layers",
    "manifests",
    "mediaType",
    "digest",
    "fsLayers",
    "signatures",
];

/// Whether a field is another one for clients written in Go, whose reader of JSON takes names
/// without regard to case: `Layers` would make an image of what is none here.
fn is_ambiguous(bytes: &[u8]) -> Result<bool, Unjudged> {
    let top: BTreeMap<String, &RawValue> =
        serde_json::from_slice(bytes).map_err(|_| Unjudged::NoJson)?;
    if top.keys().any(|name| is_misspelt(name)) {
        return Ok(true);
    }
    let of = |name| top.get(name).map_or("null", |value| value.get());
    type Fields = BTreeMap<String, IgnoredAny>;
    let config: Option<Fields> = serde_json::from_str(of("config")).unwrap_or_default();
    let lists = ["layers", "manifests"].map(|name| {
        let list: Option<Vec<Fields>> = serde_json::from_str(of(name)).unwrap_or_default();
        list.unwrap_or_default()
    });
    let mut descriptors = config.iter().chain(lists.iter().flatten());
    Ok(descriptors.any(|fields| fields.keys().any(|name| is_misspelt(name))))
}

fn is_misspelt(name: &str) -> bool {
    // The two letters beyond ASCII that fold into it.
    let folded = name.replace('\u{17f}', "s").replace('\u{212a}', "k");
    FIELDS
        .iter()
        .any(|field| field.eq_ignore_ascii_case(&folded) && *field != name)
}

fn is_no_layer(layer: &Descriptor) -> bool {
    NO_LAYERS
        .iter()
        .any(|kind| layer.media_type.starts_with(kind))
}

/// The digest that verdicts are kept by.
pub(super) fn sha256(bytes: &[u8]) -> Digest {
    Digest::sha256(&Sha256::digest(bytes).into())
}

/// Whether bytes are what a digest of any algorithm says.
pub(super) fn is_digest_of(digest: &Digest, bytes: &[u8]) -> bool {
    match digest.algorithm() {
        lazaret_model::DigestAlgorithm::Sha256 => sha256(bytes) == *digest,
        lazaret_model::DigestAlgorithm::Sha512 => {
            Digest::sha512(&Sha512::digest(bytes).into()) == *digest
        }
    }
}
