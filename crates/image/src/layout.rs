//! OCI image layouts, as a directory or inside a tar.
//!
//! Source: OCI Image Layout Specification 1.1.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use lazaret_model::{Digest, Platform};

use crate::layer::verify_document;
use crate::manifest::{self, Descriptor, Document};
use crate::{BlobSource, Image, ImageConfig, ImageError, LayerDescriptor, Limits};

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

struct Layout<B>(B);

impl<B: Blobs> BlobSource for Layout<B> {
    fn open(&self, layer: &LayerDescriptor) -> Result<Box<dyn Read + Send>, ImageError> {
        present(&self.0, layer)
    }
}

/// Opens the image of a layout that `selector` (a tag, or a digest after `@`) names.
pub(crate) fn open<B: Blobs + 'static>(
    blobs: B,
    name: &str,
    selector: Option<&str>,
    platform: Option<&Platform>,
    limits: &Limits,
) -> Result<Image, ImageError> {
    let index = Document::parse("index.json", &document(&blobs, "index.json", limits)?)?;
    let all = index.manifests.unwrap_or_default();
    let named: Vec<Descriptor> = match selector {
        None => all,
        Some(selector) => all.into_iter().filter(|d| selects(d, selector)).collect(),
    };
    if named.is_empty() {
        let why = selector.map_or("its index is empty".into(), |s| {
            format!("nothing in its index is called `{s}`")
        });
        return Err(ImageError::NotAnImage {
            path: PathBuf::from(name),
            why,
        });
    }
    let (digest, manifest) = resolve(&blobs, &named, platform, limits)?;
    let config = manifest
        .config
        .as_ref()
        .ok_or_else(|| ImageError::manifest("manifest", "it names no configuration"))?;
    let config = ImageConfig::parse("image configuration", &blob(&blobs, config, limits)?)?;
    config.check_platform(platform)?;
    let layers = manifest::layers(&manifest.layers.unwrap_or_default(), &config, limits)?;
    // A layer whose facts are known is never opened, but an image that lacks one is broken.
    for layer in layers.iter().filter(|l| !l.foreign && blobs.holds_layers()) {
        present(&blobs, layer)?;
    }
    Ok(Image {
        name: name.to_owned(),
        digest: Some(digest),
        platform: config.platform(),
        config,
        layers,
        blobs: Some(Box::new(Layout(blobs))),
    })
}

fn selects(descriptor: &Descriptor, selector: &str) -> bool {
    let tag = descriptor
        .annotations
        .as_ref()
        .and_then(|a| a.get("org.opencontainers.image.ref.name"));
    tag.is_some_and(|t| t == selector || t.rsplit(':').next() == Some(selector))
        || descriptor.digest.to_string() == selector
}

/// Follows indexes down to a manifest. The depth is bounded, so a cycle ends.
fn resolve(
    blobs: &dyn Blobs,
    from: &[Descriptor],
    platform: Option<&Platform>,
    limits: &Limits,
) -> Result<(Digest, Document), ImageError> {
    // Several tags of one image, or several platforms: the first wins where none fits.
    let mut chosen = match manifest::choose(from, platform) {
        Ok(descriptor) => descriptor.clone(),
        Err(error) => match (from.first(), platform) {
            (Some(first), None) if from.iter().all(|d| d.platform.is_none()) => first.clone(),
            _ => return Err(error),
        },
    };
    for _ in 0..=limits.index_depth {
        let document = Document::parse(&chosen.digest.to_string(), &blob(blobs, &chosen, limits)?)?;
        match &document.manifests {
            Some(manifests) => chosen = manifest::choose(manifests, platform)?.clone(),
            None => return Ok((chosen.digest, document)),
        }
    }
    Err(ImageError::Limit {
        what: "nesting of indexes",
        limit: limits.index_depth as u64,
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

/// Opens the image in an OCI layout directory. `selector` is a tag or a digest.
///
/// # Errors
/// When the directory is no layout, the selector names nothing, or a document is damaged.
pub fn open_layout(
    dir: &Path,
    selector: Option<&str>,
    platform: Option<&Platform>,
    limits: &Limits,
) -> Result<Image, ImageError> {
    if !dir.join("index.json").is_file() {
        let why = "there is no index.json, so it is no OCI layout".to_owned();
        return Err(ImageError::NotAnImage {
            path: dir.to_owned(),
            why,
        });
    }
    open(
        Directory(dir.to_owned()),
        &dir.display().to_string(),
        selector,
        platform,
        limits,
    )
}
