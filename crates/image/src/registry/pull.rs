//! From a reference to an image whose layers can be read.

use std::io::Read;
use std::sync::Arc;

use lazaret_model::{Digest, Platform};
use sha2::{Digest as _, Sha256};

use super::blob::BlobReader;
use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;
use super::options::RegistryOptions;
use crate::layer::verify_document;
use crate::manifest::{self, Descriptor, Document};
use crate::{BlobSource, Image, ImageConfig, ImageError, ImageRef, LayerDescriptor};

/// The documents that a manifest may be.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Opens the image that a reference names, for a platform (else this machine's).
///
/// # Errors
/// When the registry and all its mirrors refuse, or what they send is not what was
/// promised. [`RegistryError::hint`] says what to do.
pub fn open(
    reference: &ImageRef,
    platform: Option<&Platform>,
    options: &RegistryOptions,
) -> Result<Image, RegistryError> {
    let found = Found::resolve(reference, platform, options)?;
    let limits = &options.limits;
    let config = found
        .document
        .config
        .as_ref()
        .ok_or_else(|| ImageError::manifest("manifest", "it names no configuration"))?;
    let config = ImageConfig::parse("image configuration", &found.document_blob(config)?)?;
    config.check_platform(platform)?;
    let layers = found.document.layers.as_deref().unwrap_or_default();
    let layers = manifest::layers(layers, &config, limits)?;
    Ok(Image {
        name: reference.to_string(),
        digest: Some(found.digest),
        platform: config.platform(),
        config,
        layers,
        blobs: Some(Box::new(Blobs(found.endpoint))),
    })
}

/// A manifest at the server that had it.
pub(crate) struct Found {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) digest: Digest,
    pub(crate) document: Document,
}

impl Found {
    /// Asks the mirrors in their order, then the registry; the registry's word is final.
    pub(crate) fn resolve(
        reference: &ImageRef,
        platform: Option<&Platform>,
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let mut last = None;
        for endpoint in Endpoint::all(reference, options) {
            let found = endpoint.and_then(|e| Self::at(Arc::new(e), reference, platform));
            match found {
                Ok(found) => return Ok(found),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| RegistryError::NoSuchHost {
            host: reference.registry.clone(),
        }))
    }

    fn at(
        endpoint: Arc<Endpoint>,
        reference: &ImageRef,
        platform: Option<&Platform>,
    ) -> Result<Self, RegistryError> {
        let wanted = reference.digest.as_ref();
        let selector = reference.selector();
        let what = match wanted {
            Some(_) => format!("manifest {selector} of {}", reference.repository),
            None => format!("tag {selector} of {}", reference.repository),
        };
        let (mut digest, bytes) = fetch(&endpoint, &selector, wanted, &what)?;
        let mut document = Document::parse(&digest.to_string(), &bytes)?;
        let depth = endpoint.options.limits.index_depth;
        for _ in 0..=depth {
            let Some(manifests) = &document.manifests else {
                return Ok(Self {
                    endpoint,
                    digest,
                    document,
                });
            };
            let chosen = manifest::choose(manifests, platform)?.clone();
            let what = format!("manifest {} of {}", chosen.digest, reference.repository);
            let name = chosen.digest.to_string();
            let (_, bytes) = fetch(&endpoint, &name, Some(&chosen.digest), &what)?;
            document = Document::parse(&name, &bytes)?;
            digest = chosen.digest;
        }
        Err(RegistryError::Image(ImageError::Limit {
            what: "nesting of indexes",
            limit: depth as u64,
        }))
    }

    /// A small blob, whole and verified.
    fn document_blob(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let limit = self.endpoint.options.limits.document_bytes;
        if descriptor.size > limit {
            let what = "size of the configuration";
            return Err(ImageError::Limit { what, limit }.into());
        }
        let endpoint = Arc::clone(&self.endpoint);
        let mut reader = BlobReader::open(endpoint, &descriptor.digest, Some(descriptor.size))?;
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|source| ImageError::Read {
                offset: bytes.len() as u64,
                source,
            })?;
        verify_document(&bytes, &descriptor.digest)?;
        Ok(bytes)
    }
}

/// A manifest and its digest: by our own hash, which the registry's word must not deny.
fn fetch(
    endpoint: &Endpoint,
    selector: &str,
    wanted: Option<&Digest>,
    what: &str,
) -> Result<(Digest, Vec<u8>), RegistryError> {
    let response = endpoint.get(&Ask {
        path: &format!("manifests/{selector}"),
        accept: ACCEPT,
        from: 0,
        what,
    })?;
    let header = response.headers().get("docker-content-digest");
    let stated: Option<Digest> = header
        .and_then(|h| h.to_str().ok())
        .and_then(|h| h.trim().parse().ok());
    let bytes = endpoint.bounded(response, endpoint.options.limits.document_bytes, what)?;
    let own = Digest::sha256(&Sha256::digest(&bytes).into());
    match wanted.or(stated.as_ref()) {
        Some(promised) => {
            verify_document(&bytes, promised)?;
            Ok((promised.clone(), bytes))
        }
        None => Ok((own, bytes)),
    }
}

struct Blobs(Arc<Endpoint>);

impl BlobSource for Blobs {
    fn open(&self, layer: &LayerDescriptor) -> Result<Box<dyn Read + Send>, ImageError> {
        let digest = layer
            .digest
            .as_ref()
            .filter(|_| !layer.foreign)
            .ok_or(ImageError::NoLayer { index: layer.index })?;
        let reader = BlobReader::open(Arc::clone(&self.0), digest, layer.size);
        Ok(Box::new(reader.map_err(|error| match error {
            RegistryError::NotFound { .. } => ImageError::MissingBlob {
                blob: digest.to_string(),
            },
            other => ImageError::Read {
                offset: 0,
                source: std::io::Error::other(other),
            },
        })?))
    }
}
