//! From a reference to an image whose layers can be read.

use std::io::Read;
use std::sync::Arc;

use lazaret_model::Digest;
use sha2::{Digest as _, Sha256};

use super::blob::BlobReader;
use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::referrers;
use crate::index::{self, Manifest};
use crate::layer::verify_document;
use crate::manifest::{self, Descriptor, Document};
use crate::{BlobSource, Image, ImageError, ImageRef, LayerDescriptor, Platforms};

/// The documents that a manifest may be.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Opens the images that a reference names, one for each wanted platform; at least one.
///
/// # Errors
/// When the registry and all its mirrors refuse, or what they send is not what was
/// promised. [`RegistryError::hint`] says what to do.
pub fn open(
    reference: &ImageRef,
    platforms: &Platforms,
    options: &RegistryOptions,
) -> Result<Vec<Image>, RegistryError> {
    let found = Found::resolve(reference, platforms, options)?;
    let limits = &options.limits;
    let attachments = referrers::beside(&found.endpoint, reference, options);
    let image = |manifest: &Manifest| {
        let config = found.document_blob(manifest.document.configuration()?)?;
        let (config, layers) = manifest::image(&manifest.document, &config, limits)?;
        if manifest.platform.is_none() {
            config.check_platform(platforms.only())?;
        }
        Ok(Image {
            name: reference.to_string(),
            digest: Some(manifest.digest.clone()),
            platform: config.platform().or(manifest.platform.clone()),
            annotations: manifest.document.annotations.clone(),
            config,
            layers,
            indexes: manifest.indexes.clone(),
            beside: manifest.beside.clone(),
            attachments: Some(attachments.clone()),
            blobs: Some(Arc::new(Blobs(Arc::clone(&found.endpoint)))),
        })
    };
    found.manifests.iter().map(image).collect()
}

/// Manifests at the server that had them.
pub(crate) struct Found {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) manifests: Vec<Manifest>,
}

impl Found {
    /// Asks the mirrors in their order, then the registry; the registry's word is final.
    pub(crate) fn resolve(
        reference: &ImageRef,
        platforms: &Platforms,
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let mut last = None;
        for endpoint in Endpoint::all(reference, options) {
            let found = endpoint.and_then(|e| Self::at(Arc::new(e), reference, platforms));
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
        platforms: &Platforms,
    ) -> Result<Self, RegistryError> {
        let wanted = reference.digest.as_ref();
        let selector = reference.selector();
        let what = match wanted {
            Some(_) => format!("manifest {selector} of {}", reference.repository),
            None => format!("tag {selector} of {}", reference.repository),
        };
        let (digest, bytes) = fetch(&endpoint, &selector, wanted, &what)?;
        let document = Document::parse(&digest.to_string(), &bytes)?;
        let manifests = match &document.manifests {
            None => vec![Manifest {
                digest,
                platform: None,
                document,
                indexes: Vec::new(),
                beside: Vec::new(),
            }],
            Some(entries) => {
                let mut get = |d: &Descriptor| {
                    let name = d.digest.to_string();
                    let what = format!("manifest {name} of {}", reference.repository);
                    let (_, bytes) = fetch(&endpoint, &name, Some(&d.digest), &what)?;
                    Ok::<_, RegistryError>(Document::parse(&name, &bytes)?)
                };
                let limits = &endpoint.options.limits;
                let mut found = index::manifests(entries, platforms, limits, &mut get)?;
                for manifest in &mut found {
                    manifest.indexes.insert(0, digest.clone());
                }
                found
            }
        };
        Ok(Self {
            endpoint,
            manifests,
        })
    }

    fn document_blob(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let limit = self.endpoint.options.limits.document_bytes;
        if descriptor.size > limit {
            let what = "size of the configuration";
            return Err(ImageError::Limit { what, limit }.into());
        }
        small_blob(&self.endpoint, &descriptor.digest, descriptor.size)
    }
}

/// A blob of `size` bytes, whole and verified; the caller has found the size bearable.
pub(crate) fn small_blob(
    endpoint: &Arc<Endpoint>,
    digest: &Digest,
    size: u64,
) -> Result<Vec<u8>, RegistryError> {
    let mut reader = BlobReader::open(Arc::clone(endpoint), digest, Some(size))?;
    let mut bytes = Vec::new();
    reader
        .read_to_end(&mut bytes)
        .map_err(|source| ImageError::Read {
            offset: bytes.len() as u64,
            source,
        })?;
    verify_document(&bytes, digest)?;
    Ok(bytes)
}

/// A manifest and its digest: by our own hash, which the registry's word must not deny.
pub(crate) fn fetch(
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
            .filter(|_| layer.closed.is_none())
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
