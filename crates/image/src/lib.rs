//! Images from wherever they live: references, manifests, layers, trees.
//!
//! Everything here is hostile until its digest is verified. A layer is read once, as a
//! stream: compressed bytes are hashed, inflated, hashed again, and walked as a tar, and
//! only after both digests agree may the caller believe what it saw. Nothing is ever
//! unpacked to a disk, so no path in an image can leave it.
//!
//! Synchronous on purpose: the work is inflating and hashing, which threads do.

mod archive;
pub mod containerd;
pub mod credentials;
pub mod daemon;
mod directory;
mod error;
mod hashing;
mod index;
mod layer;
mod layout;
mod limits;
mod manifest;
mod reference;
pub mod referrers;
pub mod registry;
mod saved;
mod stream;
mod tar;
mod target;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use lazaret_model::{Digest, Platform};

pub use archive::{is_compressed, open_archive};
pub use directory::{read_directory, read_parts};
pub use error::ImageError;
pub use hashing::Spare;
pub use index::{Choice, Platforms};
#[doc(hidden)]
pub use layer::exercise as exercise_layer;
pub use layer::{LayerSummary, Oddity};
pub use layout::open_layout;
pub use limits::Limits;
#[doc(hidden)]
pub use manifest::exercise as exercise_documents;
pub use manifest::{HealthCheck, History, ImageConfig, ImageSettings, RootFs};
pub use reference::{DEFAULT_REGISTRY, ImageRef, InvalidReference};
pub use stream::{Streamed, read_stream};
pub use tar::{Entry, EntryKind, LayerSink, SinkError, walk};
pub use target::{DaemonKind, InvalidTarget, TargetRef};

/// An opened image: the manifest is chosen and verified, the layers are not read yet.
pub struct Image {
    /// A name for people.
    pub name: String,
    /// Digest of the manifest, where the source has one.
    pub digest: Option<Digest>,
    /// Platform of the image.
    pub platform: Option<Platform>,
    /// Annotations of the manifest, where the source has one.
    pub annotations: BTreeMap<String, String>,
    /// Configuration of the image.
    pub config: ImageConfig,
    /// Layers from the bottom up.
    pub layers: Vec<LayerDescriptor>,
    /// Digests of the indexes that the image was chosen from, outermost first.
    pub indexes: Vec<Digest>,
    /// What the innermost of them offers beside the image, about it.
    beside: Vec<referrers::Referrer>,
    attachments: Option<referrers::Attachments>,
    blobs: Option<Arc<dyn BlobSource>>,
}

/// A layer, as the manifest and the configuration describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerDescriptor {
    /// Position from the bottom, from 0.
    pub index: usize,
    /// Digest of the blob as it is stored, where the source has one.
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Size of the blob as it is stored, in bytes.
    pub size: Option<u64>,
    /// The build step that made the layer.
    pub created_by: Option<String>,
    /// Why the content cannot be read, where that is known beforehand.
    pub closed: Option<Closed>,
    /// Where the source keeps the blob: a path or a name of its own.
    pub place: String,
}

/// Why a layer is not opened at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The content is not distributed with the image.
    Foreign,
    /// The content is encrypted.
    Encrypted,
    /// The content is a WebAssembly module, not a tree of files.
    Module,
}

impl Closed {
    /// What people are told.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Foreign => "the layer is not distributed with the image and was not examined",
            Self::Encrypted => "the layer is encrypted and was not examined",
            Self::Module => "the layer is a WebAssembly module and was not examined",
        }
    }
}

/// Opens the blobs of an image, from several threads at once.
pub trait BlobSource: Send + Sync {
    /// The stored bytes of a layer, from the beginning.
    ///
    /// # Errors
    /// When the blob is not there or cannot be opened.
    fn open(&self, layer: &LayerDescriptor) -> Result<Box<dyn Read + Send>, ImageError>;
}

impl Image {
    /// Reads one layer to its end and verifies it. `tell` hears of compressed bytes; a
    /// thread that is to `spare` is used, and given back.
    ///
    /// What the sink saw may be believed only when this returns `Ok`.
    ///
    /// # Errors
    /// When the layer cannot be read, breaks a limit, or is not what the manifest says.
    pub fn read_layer(
        &self,
        index: usize,
        limits: &Limits,
        sink: &mut dyn LayerSink,
        tell: Option<&dyn Fn(u64)>,
        spare: Option<&Spare>,
    ) -> Result<LayerSummary, ImageError> {
        let (Some(layer), Some(blobs)) = (self.layers.get(index), &self.blobs) else {
            return Err(ImageError::NoLayer { index });
        };
        let summary = layer::read(blobs.open(layer)?, limits, sink, tell, spare)?;
        layer::verify(layer, &summary)?;
        Ok(summary)
    }
}
