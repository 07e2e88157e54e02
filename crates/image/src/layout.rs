//! OCI image layouts, as a directory or inside a tar.
//!
//! Source: OCI Image Layout Specification 1.1.

mod referrers;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lazaret_model::Digest;

use crate::index::{self, Choice, Manifest};
use crate::layer::verify_document;
use crate::manifest::{self, Descriptor, Document};
use crate::referrers::{Attachments, DOCKER_REFERENCE, Source};
use crate::{BlobSource, Image, ImageError, LayerDescriptor, Limits};

/// Where the blobs of a layout are: a directory or an archive.
pub(crate) trait Blobs: Send + Sync {
    /// The file at a path of the layout, and its size.
    fn file(&self, path: &str) -> Result<(Box<dyn Read + Send>, u64), ImageError>;

    /// Whether layers lie beside the documents, so that a missing one shows at once.
    fn holds_layers(&self) -> bool {
        true
    }
}

fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}

/// A small document, whole, its size held against the limit.
pub(crate) fn document(
    blobs: &dyn Blobs,
    path: &str,
    limits: &Limits,
) -> Result<Vec<u8>, ImageError> {
    let (reader, size) = blobs.file(path)?;
    if size > limits.document_bytes {
        return Err(ImageError::Limit {
            what: "size of a manifest",
            limit: limits.document_bytes,
        });
    }
    let mut bytes = Vec::new();
    reader
        .take(limits.document_bytes)
        .read_to_end(&mut bytes)
        .map_err(|source| ImageError::File {
            path: PathBuf::from(path),
            source,
        })?;
    Ok(bytes)
}

fn blob(
    blobs: &dyn Blobs,
    descriptor: &Descriptor,
    limits: &Limits,
) -> Result<Vec<u8>, ImageError> {
    let bytes = document(blobs, &blob_path(&descriptor.digest), limits)?;
    if bytes.len() as u64 != descriptor.size {
        let (expected, actual) = (descriptor.size, bytes.len() as u64);
        return Err(ImageError::SizeMismatch {
            what: descriptor.digest.to_string(),
            expected,
            actual,
        });
    }
    verify_document(&bytes, &descriptor.digest)?;
    Ok(bytes)
}

/// The bytes of a layer, once its size has been held against its descriptor.
fn present(blobs: &dyn Blobs, layer: &LayerDescriptor) -> Result<Box<dyn Read + Send>, ImageError> {
    let digest = layer
        .digest
        .as_ref()
        .ok_or(ImageError::NoLayer { index: layer.index })?;
    let (reader, size) = blobs.file(&blob_path(digest))?;
    match layer.size {
        Some(expected) if expected != size => Err(ImageError::SizeMismatch {
            what: digest.to_string(),
            expected,
            actual: size,
        }),
        _ => Ok(reader),
    }
}

/// A layout whose blobs are opened on demand.
struct Layout<B> {
    blobs: B,
    limits: Limits,
}

impl<B: Blobs> BlobSource for Layout<B> {
    fn open(&self, layer: &LayerDescriptor) -> Result<Box<dyn Read + Send>, ImageError> {
        present(&self.blobs, layer)
    }
}

/// Opens the images of a layout that are wanted, at least one.
pub(crate) fn open<B: Blobs + 'static>(
    blobs: B,
    name: &str,
    choice: &Choice,
    limits: &Limits,
) -> Result<Vec<Image>, ImageError> {
    let list = Document::parse("index.json", &document(&blobs, "index.json", limits)?)?;
    let all = list.manifests.unwrap_or_default();
    let wanted = choice.name.as_deref();
    let (entries, inside) = match index::named(&all, wanted) {
        Ok(entries) => (entries.into_iter().cloned().collect(), None),
        Err(why) => match wanted.and_then(|w| w.parse::<Digest>().ok()) {
            // A digest may be that of one platform's manifest, further below.
            Some(digest) => below(&blobs, &all, &digest, limits)
                .map(|(entries, index)| (entries, Some(index)))
                .ok_or_else(|| ImageError::unnamed(name, wanted, why))?,
            None => return Err(ImageError::unnamed(name, wanted, why)),
        },
    };
    let mut fetch =
        |d: &Descriptor| Document::parse(&d.digest.to_string(), &blob(&blobs, d, limits)?);
    let mut found = index::manifests(&entries, &choice.platforms, limits, &mut fetch)?;
    for manifest in &mut found {
        manifest.indexes.splice(0..0, inside.clone());
    }
    let blobs = Arc::new(Layout {
        blobs,
        limits: *limits,
    });
    found
        .into_iter()
        .map(|manifest| image(&blobs, name, manifest, choice, limits))
        .collect()
}

/// The entry of that digest in one of the indexes of a layout, with what is said to be about
/// it there, and the digest of that index.
fn below(
    blobs: &dyn Blobs,
    entries: &[Descriptor],
    digest: &Digest,
    limits: &Limits,
) -> Option<(Vec<Descriptor>, Digest)> {
    let name = digest.to_string();
    let about = |d: &Descriptor| d.annotation(DOCKER_REFERENCE) == Some(name.as_str());
    entries.iter().take(limits.manifests).find_map(|entry| {
        let bytes = blob(blobs, entry, limits).ok()?;
        let mut inner = Document::parse("index", &bytes).ok()?.manifests?;
        let wanted = |d: &Descriptor| d.digest == *digest;
        inner.iter().find(|d| wanted(d))?;
        inner.retain(|d| wanted(d) || about(d));
        Some((inner, entry.digest.clone()))
    })
}

fn image<B: Blobs + 'static>(
    blobs: &Arc<Layout<B>>,
    name: &str,
    found: Manifest,
    choice: &Choice,
    limits: &Limits,
) -> Result<Image, ImageError> {
    let bytes = blob(&blobs.blobs, found.document.configuration()?, limits)?;
    let (config, layers) = manifest::image(&found.document, &bytes, limits)?;
    if found.platform.is_none() {
        config.check_platform(choice.platforms.only())?;
    }
    // A layer whose facts are known is never opened, but an image that lacks one is broken.
    let open = layers.iter().filter(|l| l.closed.is_none());
    for layer in open.filter(|_| blobs.blobs.holds_layers()) {
        present(&blobs.blobs, layer)?;
    }
    Ok(Image {
        name: name.to_owned(),
        digest: Some(found.digest),
        platform: config.platform().or(found.platform),
        annotations: found.document.annotations,
        config,
        layers,
        indexes: found.indexes,
        beside: found.beside,
        attachments: Some(Attachments::new(Arc::clone(blobs) as Arc<dyn Source>)),
        blobs: Some(Arc::clone(blobs) as Arc<dyn BlobSource>),
    })
}

struct Directory(PathBuf);

impl Blobs for Directory {
    fn file(&self, path: &str) -> Result<(Box<dyn Read + Send>, u64), ImageError> {
        let full = self.0.join(path);
        let fail = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => ImageError::MissingBlob {
                blob: path.to_owned(),
            },
            _ => ImageError::File {
                path: full.clone(),
                source,
            },
        };
        let meta = std::fs::symlink_metadata(&full).map_err(fail)?;
        if !meta.is_file() {
            return Err(ImageError::manifest(path, "it is not a regular file"));
        }
        let file = File::open(&full).map_err(fail)?;
        Ok((Box::new(file), meta.len()))
    }
}

/// Opens the wanted images of an OCI layout directory, at least one.
///
/// # Errors
/// When the directory is no layout, the choice fits nothing or too much, or a document is
/// damaged.
pub fn open_layout(dir: &Path, choice: &Choice, limits: &Limits) -> Result<Vec<Image>, ImageError> {
    if !dir.join("index.json").is_file() {
        let why = "there is no index.json, so it is no OCI layout".to_owned();
        return Err(ImageError::NotAnImage {
            path: dir.to_owned(),
            why,
        });
    }
    let name = dir.display().to_string();
    open(Directory(dir.to_owned()), &name, choice, limits)
}
