//! What is inside a target: the lossless software bill of materials.

use serde::{Deserialize, Serialize};

use crate::{
    Base, Digest, Distro, Gap, License, Misconfiguration, Package, Platform, Purl, Secret, Sign,
    Signatures, VexDocument,
};

/// Everything that was found in a target, and everything that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// What was examined.
    pub target: Target,
    /// Packages, sorted by purl and then by first location.
    pub packages: Vec<Package>,
    /// Credentials, where they were looked for, sorted by path and line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    /// What checks say about the configuration, where they were asked for, sorted by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misconfigurations: Vec<Misconfiguration>,
    /// Licence texts that were recognised, where they were looked for, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub license_texts: Vec<License>,
    /// Signs of tampering, where they were looked for, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<Sign>,
    /// Documents of exploitability statements that came with the target, where they were
    /// looked for, in the order in which they were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vex: Vec<VexDocument>,
    /// What was not examined, sorted.
    pub gaps: Vec<Gap>,
}

/// What was examined.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Target {
    /// What the user typed.
    pub input: String,
    /// What it turned out to be.
    pub kind: TargetKind,
    /// A name for people: image reference without scheme, path, file name.
    pub name: String,
    /// Digest of the image manifest, where there is one.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// Digests of the indexes that the image was chosen from, outermost first: what people
    /// pin an image of several platforms by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Digest>,
    /// Platform of the image that was chosen.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// The distribution, where one was identified.
    #[serde(default)]
    pub distro: Option<Distro>,
    /// Layers from the bottom up.
    #[serde(default)]
    pub layers: Vec<Layer>,
    /// RFC 3339 time that the image says it was made at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The image that this one is built on, where anything tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// What looking for signatures has led to, where somebody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatures: Option<Signatures>,
}

impl Target {
    /// The purl of an image: `pkg:oci/NAME@DIGEST?repository_url=…`.
    pub fn purl(&self) -> Option<Purl> {
        if self.kind != TargetKind::Image {
            return None;
        }
        let digest = self.digest.as_ref()?;
        let name = self.name.split('@').next().unwrap_or_default();
        let repository = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => repository,
            _ => name,
        };
        let last = repository.rsplit('/').find(|part| !part.is_empty())?;
        let mut purl = Purl::of_name("oci", last, &digest.to_string());
        // A path of a layout or an archive is no repository.
        if !repository.starts_with(['/', '.']) && repository.contains('/') {
            purl.set("repository_url", repository);
        }
        if let Some(platform) = &self.platform {
            purl.set("arch", &platform.architecture);
        }
        Some(purl)
    }
}

/// Kinds of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A container image from anywhere.
    #[default]
    Image,
    /// A directory or a root file system.
    Filesystem,
    /// A software bill of materials.
    Sbom,
    /// A list of package URLs.
    Purls,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Digest of the compressed blob, where the source keeps one.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// The build step that made the layer, from the image's history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Whether the layer belongs to the base image; absent when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<bool>,
}
