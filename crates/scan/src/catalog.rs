//! From an opened image, directory or stream to an inventory.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use lazaret_ecosystem::distro;
use lazaret_image::daemon::DaemonError;
use lazaret_image::{Closed, Image, ImageError, LayerDescriptor};
use lazaret_model::{Digest, Distro, Gap, GapKind, Inventory, Layer, Package, Target, TargetKind};

use crate::budget::Budget;
use crate::collect::Collector;
use crate::facts::LayerFacts;
use crate::ownership::Owners;
use crate::requirements;
use crate::squash::{self, Visible};
use crate::{Cache, Progress, Settings};

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
    let layers = read_layers(image, settings, progress)?;
    let target = image_target(image, input);
    Ok(assemble(target, &image.layers, &layers, settings))
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
    let unread = sink.unread_links();
    sink.adopt_links(None, unread);
    let facts = sink.finish(&summary);
    let target = Target {
        input: input.to_owned(),
        kind: TargetKind::Filesystem,
        name: root.display().to_string(),
        ..Target::default()
    };
    Ok(assemble(target, &[], &[facts], settings))
}

/// The cache under the settings that change what is read.
pub(crate) fn flavoured(settings: &Settings) -> Option<Cache> {
    let text = format!(
        "locked={};max={};dirs={:?};files={:?}",
        settings.locked, settings.max_file_size, settings.skip_dirs, settings.skip_files
    );
    settings.cache.as_ref().map(|c| c.with_settings(&text))
}

/// Keeps facts; that the disk is full must not fail a scan that has succeeded.
pub(crate) fn remember(cache: Option<&Cache>, facts: &LayerFacts, blob: Option<&Digest>) {
    if let Some(cache) = cache {
        let _ = cache.put(facts, blob);
    }
}

pub(crate) fn image_target(image: &Image, input: &str) -> Target {
    Target {
        input: input.to_owned(),
        kind: TargetKind::Image,
        name: image.name.clone(),
        digest: image.digest.clone(),
        platform: image.platform.clone(),
        distro: None,
        layers: image.layers.iter().map(target_layer).collect(),
    }
}

fn target_layer(layer: &LayerDescriptor) -> Layer {
    Layer {
        digest: layer.digest.clone(),
        diff_id: layer.diff_id.clone(),
        created_by: layer.created_by.clone(),
        base: None,
    }
}

/// The facts of every layer, bottom up: cached ones from the cache, the others read.
fn read_layers(
    image: &Image,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Vec<LayerFacts>, CatalogError> {
    let cache = flavoured(settings);
    let mut slots: Vec<Option<LayerFacts>> = image
        .layers
        .iter()
        .map(|layer| {
            if let Some(closed) = layer.closed {
                return Some(unexamined(layer, closed));
            }
            cache
                .as_ref()
                .and_then(|c| c.get(&layer.diff_id, layer.digest.as_ref()))
        })
        .collect();
    // The same layer may stand in an image twice; it is read once.
    let mut first: HashMap<&Digest, usize> = HashMap::new();
    let mut missing: Vec<usize> = Vec::new();
    for (index, layer) in image.layers.iter().enumerate() {
        if slots[index].is_none() && *first.entry(&layer.diff_id).or_insert(index) == index {
            missing.push(index);
        }
    }
    let bytes: Option<u64> = missing.iter().map(|i| image.layers[*i].size).sum();
    progress.begin(missing.len(), bytes, image.layers.len() - missing.len());
    // The largest first: the last layer to finish should be a small one.
    missing.sort_by_key(|i| (std::cmp::Reverse(image.layers[*i].size), *i));

    let budget = Budget::new(settings.body_budget);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<LayerFacts, CatalogError>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..settings.threads.clamp(1, missing.len().max(1)) {
            scope.spawn(|| {
                while let Some(&index) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let facts = read_layer(image, index, settings, &budget, progress);
                    if facts.is_err() {
                        // No other layer can make this image believable any more.
                        next.store(missing.len(), Ordering::Relaxed);
                    }
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, facts));
                }
            });
        }
    });
    progress.end();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    for (index, facts) in done {
        let facts = facts?;
        remember(cache.as_ref(), &facts, image.layers[index].digest.as_ref());
        slots[index] = Some(facts);
    }
    let mut out: Vec<LayerFacts> = Vec::with_capacity(slots.len());
    for (index, layer) in image.layers.iter().enumerate() {
        let facts = match slots[index].take() {
            Some(facts) => facts,
            None => match first.get(&layer.diff_id).and_then(|i| out.get(*i)) {
                Some(same) => same.clone(),
                None => unexamined(layer, Closed::Foreign),
            },
        };
        out.push(facts);
    }
    Ok(out)
}

fn read_layer(
    image: &Image,
    index: usize,
    settings: &Settings,
    budget: &Budget,
    progress: &dyn Progress,
) -> Result<LayerFacts, CatalogError> {
    let layer = &image.layers[index];
    let fail = |source| CatalogError::Layer {
        index,
        diff_id: layer.diff_id.clone(),
        source,
    };
    let mut sink = Collector::new(settings, budget);
    let tell = |bytes| progress.advance(bytes);
    let summary = image
        .read_layer(index, &settings.limits, &mut sink, Some(&tell))
        .map_err(fail)?;
    let unread = sink.unread_links();
    if unread.is_empty() {
        return Ok(sink.finish(&summary));
    }
    // A hard link may name a file that nobody wanted under its first name. Only such
    // layers are read again, and only those files.
    let mut second = Collector::for_links(settings, budget, &unread);
    image
        .read_layer(index, &settings.limits, &mut second, None)
        .map_err(fail)?;
    let found = second;
    sink.adopt_links(Some(found), unread.clone());
    Ok(sink.finish(&summary))
}

/// What is said of a layer that is not opened.
pub(crate) fn unexamined(layer: &LayerDescriptor, closed: Closed) -> LayerFacts {
    let kind = match closed {
        Closed::Foreign => GapKind::ForeignLayer,
        Closed::Encrypted | Closed::Module => GapKind::Unsupported,
    };
    LayerFacts {
        diff_id: layer.diff_id.clone(),
        files: Vec::new(),
        removed: Vec::new(),
        opaque: Vec::new(),
        links: Vec::new(),
        gaps: vec![Gap::new(kind, layer.diff_id.to_string(), closed.reason())],
        occupied: Vec::new(),
        directories: Vec::new(),
    }
}

/// Puts the layers on top of each other.
pub(crate) fn assemble(
    mut target: Target,
    descriptors: &[LayerDescriptor],
    layers: &[LayerFacts],
    settings: &Settings,
) -> Inventory {
    let visible = squash::visible(layers);
    let hints: Vec<_> = visible.iter().flat_map(|v| v.file.hints()).collect();
    target.distro = distro::identify(&hints);
    let in_image = !descriptors.is_empty();
    let mut packages = merged(&visible, layers, in_image, target.distro.as_ref());
    distro::set_repositories(&mut packages, &hints);
    own(&mut packages, &visible);
    packages.sort_by_cached_key(sort_key);

    let mut gaps = gaps_of(layers, &visible, in_image);
    for skipped in settings.skip_dirs.iter().chain(&settings.skip_files) {
        gaps.push(Gap::new(
            GapKind::Skipped,
            skipped,
            "left out because the caller asked for it",
        ));
    }
    gaps.sort();
    gaps.dedup();
    Inventory {
        target,
        packages,
        gaps,
    }
}

fn sort_key(package: &Package) -> (String, Vec<lazaret_model::Location>) {
    (package.purl.to_string(), package.locations.clone())
}

/// Packages of the visible files, one for each purl, with all its locations.
fn merged(
    visible: &[Visible<'_>],
    layers: &[LayerFacts],
    in_image: bool,
    distro: Option<&Distro>,
) -> Vec<Package> {
    let origins = Origins::of(visible, layers);
    let mut by_purl: BTreeMap<String, Package> = BTreeMap::new();
    for file in visible {
        for package in &file.file.packages {
            let layer = origins.layer_of(file, package);
            let mut package = package.clone();
            for location in &mut package.locations {
                location.layer = in_image.then(|| layers[layer].diff_id.clone());
            }
            distro::finish(&mut package, distro);
            requirements::forget_version(&mut package);
            let key = format!(
                "{} {} {} {}",
                package.purl,
                package.development,
                package.third_party,
                package.requirement().is_some()
            );
            match by_purl.get_mut(&key) {
                Some(same) => {
                    same.locations.append(&mut package.locations);
                    if same.licenses.is_empty() {
                        same.licenses = package.licenses;
                    }
                }
                None => {
                    by_purl.insert(key, package);
                }
            }
        }
    }
    let mut packages: Vec<Package> = by_purl.into_values().collect();
    requirements::leave_out_answered(&mut packages);
    for package in &mut packages {
        package.locations.sort();
        package.locations.dedup();
    }
    packages
}

/// The layer that brought a distribution package: the first whose database lists it.
struct Origins<'a> {
    first: HashMap<(&'a str, &'a str, &'a str), usize>,
}

impl<'a> Origins<'a> {
    fn of(visible: &[Visible<'a>], layers: &'a [LayerFacts]) -> Self {
        let mut first = HashMap::new();
        let databases: std::collections::HashSet<&str> = visible
            .iter()
            .filter(|v| v.file.packages.iter().any(|p| is_system(p.kind())))
            .map(|v| v.file.path.as_str())
            .collect();
        for (index, layer) in layers.iter().enumerate() {
            for file in layer
                .files
                .iter()
                .filter(|f| databases.contains(f.path.as_str()))
            {
                for package in &file.packages {
                    let key = (
                        file.path.as_str(),
                        package.name.as_str(),
                        package.version.as_str(),
                    );
                    first.entry(key).or_insert(index);
                }
            }
        }
        Self { first }
    }

    fn layer_of(&self, file: &Visible<'_>, package: &Package) -> usize {
        if !is_system(package.kind()) {
            return file.layer;
        }
        let key = (
            file.file.path.as_str(),
            package.name.as_str(),
            package.version.as_str(),
        );
        self.first.get(&key).copied().unwrap_or(file.layer)
    }
}

/// Whether packages of this kind are installed by a distribution's package manager.
pub(crate) fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "opkg")
}

/// Names the distribution package that the files of each language package belong to.
fn own(packages: &mut [Package], visible: &[Visible<'_>]) {
    let owners = Owners::of(visible);
    let purls: HashMap<(String, String), String> = packages
        .iter()
        .filter(|p| is_system(p.kind()) && !p.third_party)
        .map(|p| ((p.kind().to_owned(), p.name.clone()), p.purl.to_string()))
        .collect();
    for package in packages.iter_mut().filter(|p| !is_system(p.kind())) {
        package.owner = owners
            .owner_of(package)
            .and_then(|(kind, name)| purls.get(&(kind.to_owned(), name.to_owned())).cloned());
    }
}

/// Gaps that still concern the image: a file that an upper layer took away is no gap.
fn gaps_of(layers: &[LayerFacts], visible: &[Visible<'_>], in_image: bool) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = visible
        .iter()
        .flat_map(|v| v.file.gaps.iter().cloned())
        .collect();
    for (index, layer) in layers.iter().enumerate() {
        for gap in &layer.gaps {
            let whole = gap.subject == layer.diff_id.to_string();
            if whole || squash::concerns(layers, index, &gap.subject) {
                gaps.push(gap.clone());
            }
        }
        for (path, target) in &layer.links {
            if squash::concerns(layers, index, path) && !resolved(visible, path, target) {
                let kind = if in_image { "image" } else { "directory" };
                let detail =
                    format!("a link to {target}; nothing was read there inside the {kind}");
                gaps.push(Gap::new(GapKind::Unreadable, path, detail));
            }
        }
    }
    gaps
}

/// Whether the file that a link names was read under its own path.
fn resolved(visible: &[Visible<'_>], path: &str, target: &str) -> bool {
    let mut segments: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        let mut above: Vec<&str> = path.split('/').collect();
        above.pop();
        above
    };
    for segment in target.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let wanted = segments.join("/");
    let canonical = crate::paths::canonical(&wanted);
    visible
        .iter()
        .any(|v| crate::paths::canonical(&v.file.path) == canonical)
}
