//! Things in registries that are no images, such as the advisory database.

use std::io::{self, Read};

use lazaret_model::Digest;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

use super::blob::BlobReader;
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::pull::Found;
use crate::{ImageError, ImageRef, Platforms};

/// One blob of an artifact, as a stream.
pub struct Artifact {
    /// Digest of the artifact's manifest.
    pub manifest: Digest,
    /// Digest of the blob.
    pub digest: Digest,
    /// Media type of the blob.
    pub media_type: String,
    /// Size of the blob, in bytes.
    pub size: u64,
    reader: Verified,
}

impl Read for Artifact {
    /// Ends with an error when the whole blob was not what the manifest promised.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buf)
    }
}

/// Opens the first blob of an artifact whose media type is `media_type` (any where it is
/// `None`).
///
/// # Errors
/// As for [`super::open`]; also when no blob is of that type.
pub fn pull_artifact(
    reference: &ImageRef,
    media_type: Option<&str>,
    options: &RegistryOptions,
) -> Result<Artifact, RegistryError> {
    let found = Found::resolve(reference, &Platforms::Host, options)?;
    let manifest = found.manifests.into_iter().next();
    let manifest = manifest.ok_or_else(|| ImageError::manifest("manifest", "it is empty"))?;
    let layers = manifest.document.layers.unwrap_or_default();
    let fits = |found: &str| media_type.is_none_or(|wanted| wanted == found);
    let Some(layer) = layers.into_iter().find(|l| fits(&l.media_type)) else {
        let why = format!("it has no blob of type {}", media_type.unwrap_or("any"));
        return Err(ImageError::manifest(reference.to_string(), why).into());
    };
    let inner = BlobReader::open(Arc::clone(&found.endpoint), &layer.digest, Some(layer.size))?;
    Ok(Artifact {
        manifest: manifest.digest,
        media_type: layer.media_type,
        size: layer.size,
        reader: Verified {
            inner,
            hash: Sha256::new(),
            expected: layer.digest.clone(),
        },
        digest: layer.digest,
    })
}

/// Holds the bytes against the digest when they end.
struct Verified {
    inner: BlobReader,
    hash: Sha256,
    expected: Digest,
}

impl Read for Verified {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hash.update(buf.get(..n).unwrap_or_default());
        if n == 0 && !buf.is_empty() {
            let actual = Digest::sha256(&self.hash.clone().finalize().into());
            if actual != self.expected {
                return Err(io::Error::other(ImageError::DigestMismatch {
                    what: "the artifact",
                    expected: self.expected.clone(),
                    actual,
                }));
            }
        }
        Ok(n)
    }
}
