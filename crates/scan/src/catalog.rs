//! From an opened image, directory or stream to an inventory.

use std::path::Path;

use lazaret_image::daemon::DaemonError;
use lazaret_image::{Image, ImageError, LayerDescriptor};
use lazaret_inspect::secrets;
use lazaret_model::{Digest, Inventory, Layer, Target, TargetKind};

use crate::behind::Behind;
use crate::budget::Budget;
use crate::collect::Collector;
use crate::inventory::{assemble, assemble_image};
use crate::layers::{read_again, read_layers};
use crate::unread::complete;
use crate::{Progress, Settings, base};

/// Why there is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A layer could not be read or did not verify. Nothing of it is believed.
    #[error("layer {index} ({diff_id})")]
    Layer {
        /// Position from the bottom, from 0.
        index: usize,
        /// Which layer.
        diff_id: Digest,
        /// What was wrong.
        #[source]
        source: ImageError,
    },
    /// The archive or directory could not be read.
    #[error(transparent)]
    Source(#[from] ImageError),
    /// The daemon did not hand the image over.
    #[error(transparent)]
    Daemon(#[from] DaemonError),
}

/// The inventory of an image whose layers can be opened one by one.
///
/// Layers whose facts are cached are not opened at all; the others are read once, in
/// parallel, and verified before anything of them is believed.
///
/// # Errors
/// When a layer cannot be read, or is not what the manifest says.
pub fn catalog(
    image: &Image,
    input: &str,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Inventory, CatalogError> {
    let mut layers = read_layers(image, settings, progress)?;
    let unread = complete(&mut layers, settings.locked, &mut |index, behind| {
        read_again(image, index, settings, behind)
    })?;
    Ok(assemble_image(image, input, layers, unread, settings))
}

/// The inventory of a directory or of a root file system.
///
/// # Errors
/// When the directory itself cannot be read; what cannot be read inside becomes a gap.
pub fn catalog_directory(
    root: &Path,
    input: &str,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Inventory, CatalogError> {
    let budget = Budget::new(settings.body_budget);
    let mut sink = Collector::new(settings, &budget);
    progress.begin(1, None, 0);
    let summary = lazaret_image::read_directory(root, &settings.limits, &mut sink)?;
    progress.end();
    let mut layers = vec![sink.finish(&summary)];
    let mut again = |_, behind: &Behind| -> Result<_, ImageError> {
        let mut sink = Collector::again(settings, &budget, behind);
        let parts: Vec<&str> = behind.paths().collect();
        let summary = lazaret_image::read_parts(root, &parts, &settings.limits, &mut sink)?;
        Ok(Some(sink.finish(&summary)))
    };
    let unread = complete(&mut layers, settings.locked, &mut again)?;
    let target = Target {
        input: input.to_owned(),
        kind: TargetKind::Filesystem,
        name: root.display().to_string(),
        ..Target::default()
    };
    Ok(assemble(target, layers, unread, settings))
}

/// What an image says of itself, without any of its layers being read: `input` is what was
/// typed.
pub fn described(image: &Image, input: &str) -> Target {
    let mut target = Target {
        input: input.to_owned(),
        kind: TargetKind::Image,
        name: image.name.clone(),
        digest: image.digest.clone(),
        indexes: image.indexes.clone(),
        platform: image.platform.clone(),
        distro: None,
        layers: image.layers.iter().map(target_layer).collect(),
        created: image.config.created.clone(),
        base: None,
        signatures: None,
    };
    base::recognise(image, &mut target);
    target
}

fn target_layer(layer: &LayerDescriptor) -> Layer {
    Layer {
        digest: layer.digest.clone(),
        diff_id: layer.diff_id.clone(),
        // Build arguments with passwords in them stand in every history they were used in.
        created_by: layer.created_by.as_deref().map(secrets::mask),
        base: None,
    }
}
