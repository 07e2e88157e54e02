//! Images that cannot be opened layer by layer: streams, and the exports of daemons.

use std::convert::Infallible;
use std::io::Read;

use lazaret_image::daemon::DaemonImage;
use lazaret_image::{Choice, Closed, Image, Platforms};
use lazaret_model::Inventory;

use crate::budget::Budget;
use crate::catalog::CatalogError;
use crate::collect::Collector;
use crate::facts::LayerFacts;
use crate::inventory::assemble_image;
use crate::layers::{flavoured, known_again, remember, unexamined};
use crate::unread::complete;
use crate::{Progress, Settings};

/// The inventory of an image that a daemon has.
///
/// Daemons export an image only as a whole, so an image that was met before and all of
/// whose layers are cached is not exported; its inventory is the same either way.
///
/// # Errors
/// When the daemon does not hand over what it described, or a layer does not verify.
pub fn catalog_daemon(
    found: &DaemonImage,
    input: &str,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Inventory, CatalogError> {
    if let Some(config) = settings.cache.as_ref().and_then(|c| c.config(&found.id))
        && let Ok(image) = found.image(config)
        && let Some(known) = from_cache(&image, input, settings)
    {
        return Ok(known);
    }
    let choice = Choice {
        name: None,
        platforms: found
            .platform
            .clone()
            .map_or(Platforms::Host, Platforms::Only),
    };
    let source = Source {
        name: &found.name,
        choice: &choice,
    };
    let mut images = read_stream(found.stream()?, source, settings, progress)?;
    let (image, layers) = images.swap_remove(0);
    if let Some(cache) = &settings.cache {
        let _ = cache.put_config(&found.id, &image.config);
    }
    let image = found.image(image.config)?;
    Ok(assemble_known(&image, input, layers, settings))
}

/// The inventory of an image all of whose layers are cached; `None` when one is not.
fn from_cache(image: &Image, input: &str, settings: &Settings) -> Option<Inventory> {
    let cache = flavoured(settings)?;
    let layers: Option<Vec<LayerFacts>> = image
        .layers
        .iter()
        .map(|l| cache.get(&l.diff_id, None))
        .collect();
    Some(assemble_known(image, input, layers?, settings))
}

/// The inventory of an image whose layers cannot be read again. What stands behind links
/// and is not known from another scan is a gap.
fn assemble_known(
    image: &Image,
    input: &str,
    mut layers: Vec<LayerFacts>,
    settings: &Settings,
) -> Inventory {
    let completed = complete(&mut layers, settings.locked, &mut |index, behind| {
        Ok::<_, Infallible>(known_again(image, index, settings, behind))
    });
    let unread = match completed {
        Ok(unread) => unread,
        Err(never) => match never {},
    };
    assemble_image(image, input, layers, unread, settings)
}

/// The inventories of the wanted images of an archive that arrives as one stream, in
/// whatever order; at least one. `name` is what people call the archive.
///
/// # Errors
/// When the stream is no image archive, the choice fits nothing or too much, or a layer is
/// not what the manifest says.
pub fn catalog_stream(
    reader: impl Read,
    source: Source<'_>,
    input: &str,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Vec<Inventory>, CatalogError> {
    let images = read_stream(reader, source, settings, progress)?;
    let inventory =
        |(image, layers): (Image, Vec<LayerFacts>)| assemble_known(&image, input, layers, settings);
    Ok(images.into_iter().map(inventory).collect())
}

/// What is read as a stream.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// A name for people: a path, `standard input`.
    pub name: &'a str,
    /// Which of its images are wanted.
    pub choice: &'a Choice,
}

/// The images of a stream, at least one, with the facts of their layers from the bottom
/// up.
fn read_stream(
    reader: impl Read,
    source: Source<'_>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Vec<(Image, Vec<LayerFacts>)>, CatalogError> {
    let budget = Budget::new(settings.body_budget);
    progress.begin(1, None, 0);
    let counted = Counted {
        inner: reader,
        progress,
    };
    let mut make = || Collector::new(settings, &budget);
    let (name, choice) = (source.name, source.choice);
    let streamed = lazaret_image::read_stream(counted, name, choice, &settings.limits, &mut make)?;
    progress.end();
    let cache = flavoured(settings);
    let facts: Vec<LayerFacts> = streamed
        .layers
        .into_iter()
        .map(|(summary, sink)| {
            let facts = sink.finish(&summary);
            remember(cache.as_ref(), &facts, None);
            facts
        })
        .collect();
    let of = |(image, order): (Image, Vec<Option<usize>>)| {
        let layers = image.layers.iter().zip(&order).map(|(layer, at)| {
            let read = at.and_then(|at| facts.get(at));
            read.cloned()
                .unwrap_or_else(|| unexamined(layer, layer.closed.unwrap_or(Closed::Foreign)))
        });
        let layers = layers.collect();
        (image, layers)
    };
    Ok(streamed
        .images
        .into_iter()
        .zip(streamed.order)
        .map(of)
        .collect())
}

/// Tells the progress of a stream.
struct Counted<'a, R> {
    inner: R,
    progress: &'a dyn Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.progress.advance(n as u64);
        Ok(n)
    }
}
