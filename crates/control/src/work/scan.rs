//! Looking at an image: the same pipeline as the command line's. Blocking.

use lazaret_image::registry::{self, RegistryError, RegistryOptions};
use lazaret_image::{ImageRef, Platforms};
use lazaret_model::{Digest, Inventory};
use lazaret_scan::{CatalogError, NoProgress, Settings, catalog};

/// Why an image was not looked at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The registry refused, or it is not there.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A layer is not what it should be.
    #[error("{name}")]
    Catalog {
        /// Which image.
        name: String,
        /// Why.
        #[source]
        source: Box<CatalogError>,
    },
}

impl ScanError {
    /// Whether trying again is of use.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Registry(error) => error.may_pass(),
            Self::Catalog { .. } => true,
        }
    }

    /// The whole chain, for people.
    pub(crate) fn words(&self) -> String {
        let mut words = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            words.push_str(": ");
            words.push_str(&error.to_string());
            cause = error.source();
        }
        words
    }
}

/// A platform of an image, looked at.
#[derive(Debug)]
pub(crate) struct Examined {
    /// Digest of its manifest.
    pub(crate) digest: Digest,
    /// `linux/amd64`.
    pub(crate) platform: String,
    /// Sum of its stored layers, in bytes.
    pub(crate) size_bytes: u64,
    /// Digests of its layers, the lowest first.
    pub(crate) layers: Vec<String>,
    /// What is inside.
    pub(crate) inventory: Inventory,
}

/// Looks at every platform of an image. The digest of the reference is what the registry
/// must answer with; a tag is resolved once, and the digest that it means is the first of
/// the answer.
///
/// # Errors
/// When the registry refuses, or what it sends is not what was promised.
pub(crate) fn scan_image(
    reference: &ImageRef,
    options: &RegistryOptions,
    settings: &Settings,
) -> Result<(Digest, Vec<Examined>), ScanError> {
    let digest = match &reference.digest {
        Some(digest) => digest.clone(),
        None => registry::digest(reference, options)?,
    };
    let pinned = ImageRef {
        digest: Some(digest.clone()),
        ..reference.clone()
    };
    let images = registry::open(&pinned, &Platforms::All, options)?;
    let mut examined = Vec::new();
    for image in &images {
        let input = format!("registry:{pinned}");
        let inventory =
            catalog(image, &input, settings, &NoProgress).map_err(|source| ScanError::Catalog {
                name: image.name.clone(),
                source: Box::new(source),
            })?;
        let layers = image.layers.iter();
        examined.push(Examined {
            digest: image.digest.clone().unwrap_or_else(|| digest.clone()),
            platform: image
                .platform
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            size_bytes: layers.clone().filter_map(|layer| layer.size).sum(),
            layers: layers
                .map(|layer| layer.digest.as_ref().unwrap_or(&layer.diff_id).to_string())
                .collect(),
            inventory,
        });
    }
    Ok((digest, examined))
}
