//! Facts of an image's layers: from the cache, or by reading each missing layer once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use lazaret_image::{Closed, Image, LayerDescriptor, Spare};
use lazaret_model::{Digest, Gap, GapKind};

use crate::behind::Behind;
use crate::budget::Budget;
use crate::claim::{Claim, Turn, await_turn, turn};
use crate::collect::Collector;
use crate::facts::LayerFacts;
use crate::{Cache, CatalogError, Progress, Settings, look};

/// The cache under the settings that change what is read.
pub(crate) fn flavoured(settings: &Settings) -> Option<Cache> {
    let text = format!(
        "locked={};max={};dirs={:?};files={:?}{}",
        settings.locked,
        settings.max_file_size,
        settings.skip_dirs,
        settings.skip_files,
        look::flavour(settings.look)
    );
    settings.cache.as_ref().map(|c| c.with_settings(&text))
}

/// Keeps facts; that the disk is full must not fail a scan that has succeeded.
pub(crate) fn remember(cache: Option<&Cache>, facts: &LayerFacts, blob: Option<&Digest>) {
    if let Some(cache) = cache {
        let _ = cache.put(facts, blob);
    }
}

/// The facts of every layer, bottom up: cached ones from the cache, the others read.
pub(crate) fn read_layers(
    image: &Image,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Vec<LayerFacts>, CatalogError> {
    let cache = flavoured(settings);
    let mut slots = known(image, settings, cache.as_ref());
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
    let threads = settings.threads.clamp(1, missing.len().max(1));
    let spare = Spare::new(settings.threads.saturating_sub(threads));
    let next = AtomicUsize::new(0);
    let later: Mutex<Vec<usize>> = Mutex::default();
    let broken = AtomicBool::new(false);
    let done: Mutex<Vec<(usize, Result<LayerFacts, CatalogError>)>> = Mutex::default();
    let read = |index| read_layer(image, index, (settings, &spare), &budget, progress);
    let keep = |index, facts: Result<LayerFacts, CatalogError>| {
        // No other layer can make this image believable any more.
        broken.fetch_or(facts.is_err(), Ordering::Relaxed);
        lock(&done).push((index, facts));
    };
    let work = || {
        let number = || next.fetch_add(1, Ordering::Relaxed);
        while let Some(&index) = missing.get(number()).filter(|_| !is(&broken)) {
            match once(cache.as_ref(), &image.layers[index], || read(index)) {
                Some(facts) => keep(index, facts),
                None => lock(&later).push(index),
            }
        }
        let taken = || lock(&later).pop();
        while let Some(index) = taken().filter(|_| !is(&broken)) {
            let facts = patiently(cache.as_ref(), &image.layers[index], || read(index));
            keep(index, facts);
        }
        spare.give();
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    progress.end();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    for (index, facts) in done {
        slots[index] = Some(facts?);
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

type Read = Result<LayerFacts, CatalogError>;

/// The facts of a layer, read and kept; none where somebody else reads it now.
fn once(cache: Option<&Cache>, layer: &LayerDescriptor, read: impl Fn() -> Read) -> Option<Read> {
    let Some(cache) = cache else {
        return Some(read());
    };
    let blob = layer.digest.as_ref();
    match turn(&cache.place(&layer.diff_id, blob)) {
        Turn::Theirs => None,
        Turn::Ours(claim) => Some(match cache.get(&layer.diff_id, blob) {
            Some(facts) => Ok(facts),
            None => read_and_keep(cache, blob, claim, read),
        }),
    }
}

/// The facts of a layer that somebody else reads: theirs, or read after them.
fn patiently(cache: Option<&Cache>, layer: &LayerDescriptor, read: impl Fn() -> Read) -> Read {
    let Some(cache) = cache else {
        return read();
    };
    let blob = layer.digest.as_ref();
    let place = cache.place(&layer.diff_id, blob);
    match await_turn(&place, || cache.get(&layer.diff_id, blob)) {
        Ok(facts) => Ok(facts),
        Err(claim) => read_and_keep(cache, blob, claim, read),
    }
}

/// Kept before the claim ends, so that whoever waits finds it.
fn read_and_keep(
    cache: &Cache,
    blob: Option<&Digest>,
    claim: Option<Claim>,
    read: impl Fn() -> Read,
) -> Read {
    let facts = read()?;
    remember(Some(cache), &facts, blob);
    drop(claim);
    Ok(facts)
}

fn is(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Relaxed)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The facts of the layers that need not be read, in the order of the layers.
fn known(image: &Image, settings: &Settings, cache: Option<&Cache>) -> Vec<Option<LayerFacts>> {
    let facts = |layer: &LayerDescriptor| match layer.closed {
        Some(closed) => Some(unexamined(layer, closed)),
        None => cache.and_then(|c| c.get(&layer.diff_id, layer.digest.as_ref())),
    };
    let slots: Vec<OnceLock<Option<LayerFacts>>> =
        image.layers.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let number = || next.fetch_add(1, Ordering::Relaxed);
        while let Some((slot, layer)) = nth(&slots, &image.layers, number()) {
            slot.get_or_init(|| facts(layer));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..settings.threads.min(image.layers.len()) {
            scope.spawn(work);
        }
        work();
    });
    slots
        .into_iter()
        .map(|s| s.into_inner().flatten())
        .collect()
}

fn nth<'a, A, B>(one: &'a [A], other: &'a [B], number: usize) -> Option<(&'a A, &'a B)> {
    Some((one.get(number)?, other.get(number)?))
}

fn read_layer(
    image: &Image,
    index: usize,
    (settings, spare): (&Settings, &Spare),
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
        .read_layer(index, &settings.limits, &mut sink, Some(&tell), Some(spare))
        .map_err(fail)?;
    Ok(sink.finish(&summary))
}

/// What stands behind links in one layer, from the cache or by reading the layer again.
pub(crate) fn read_again(
    image: &Image,
    index: usize,
    settings: &Settings,
    behind: &Behind,
) -> Result<Option<LayerFacts>, CatalogError> {
    let layer = &image.layers[index];
    if layer.closed.is_some() {
        return Ok(None);
    }
    let cache = flavoured(settings).map(|c| c.with_settings(&format!("{behind:?}")));
    let blob = layer.digest.as_ref();
    if let Some(facts) = cache.as_ref().and_then(|c| c.get(&layer.diff_id, blob)) {
        return Ok(Some(facts));
    }
    let budget = Budget::new(settings.body_budget);
    // Layers are read again one after the other.
    let spare = Spare::new(settings.threads.saturating_sub(1));
    let read = || {
        let mut sink = Collector::again(settings, &budget, behind);
        let summary = image
            .read_layer(index, &settings.limits, &mut sink, None, Some(&spare))
            .map_err(|source| CatalogError::Layer {
                index,
                diff_id: layer.diff_id.clone(),
                source,
            })?;
        Ok(sink.finish(&summary))
    };
    patiently(cache.as_ref(), layer, read).map(Some)
}

/// What stands behind links in one layer, where the cache knows it.
pub(crate) fn known_again(
    image: &Image,
    index: usize,
    settings: &Settings,
    behind: &Behind,
) -> Option<LayerFacts> {
    let cache = flavoured(settings)?.with_settings(&format!("{behind:?}"));
    cache.get(&image.layers[index].diff_id, None)
}

/// What is said of a layer that is not opened.
pub(crate) fn unexamined(layer: &LayerDescriptor, closed: Closed) -> LayerFacts {
    let kind = match closed {
        Closed::Foreign => GapKind::ForeignLayer,
        Closed::Encrypted | Closed::Module => GapKind::Unsupported,
    };
    let gap = Gap::new(kind, layer.diff_id.to_string(), closed.reason());
    LayerFacts {
        gaps: vec![gap],
        ..LayerFacts::empty(layer.diff_id.clone())
    }
}
