//! Images that arrive as one stream: standard input, the export of a daemon.
//!
//! The order of members is whatever the sender likes, and the manifest often comes last,
//! so every member that is a layer is read as it comes, and the manifest chooses among
//! them at the end. Nothing is kept but small documents and what the sinks keep.

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use lazaret_model::Digest;

use crate::index::Choice;
use crate::layer::{self, LayerSummary};
use crate::layout::{self, Blobs};
use crate::saved;
use crate::tar::{Entry, EntryKind, LayerSink, walk_source};
use crate::{Image, ImageError, LayerDescriptor, Limits};

/// Bytes of documents that are kept, in all.
const MAX_DOCUMENTS: u64 = 64 << 20;

/// Images that were read whole.
pub struct Streamed<S> {
    /// The images, at least one; their layers cannot be opened again.
    pub images: Vec<Image>,
    /// What was learnt of each layer that an image has, and its sink.
    pub layers: Vec<(LayerSummary, S)>,
    /// For each image the positions of its layers in `layers`, from the bottom up; none for
    /// a layer that is closed.
    pub order: Vec<Vec<Option<usize>>>,
}

struct Members<'m, S> {
    limits: &'m Limits,
    make: &'m mut dyn FnMut() -> S,
    documents: HashMap<String, Vec<u8>>,
    kept: u64,
    links: HashMap<String, String>,
    layers: HashMap<String, (LayerSummary, S)>,
    failed: HashMap<String, ImageError>,
}

impl<S: LayerSink> LayerSink for Members<'_, S> {
    fn entry(&mut self, entry: &Entry<'_>, body: &mut dyn Read) -> std::io::Result<()> {
        let path = String::from_utf8_lossy(entry.path).into_owned();
        match entry.kind {
            EntryKind::Symlink(target) => {
                let above = path.rsplit_once('/').map_or("", |(dir, _)| dir);
                let target = format!("{above}/{}", String::from_utf8_lossy(target));
                let (clean, _) = crate::tar::clean(target.as_bytes());
                self.links
                    .insert(path, String::from_utf8_lossy(&clean).into_owned());
            }
            EntryKind::File => {
                let mut head = Vec::new();
                body.take(1).read_to_end(&mut head)?;
                if head == b"{" || head == b"[" {
                    let room = MAX_DOCUMENTS.saturating_sub(self.kept);
                    if entry.size > room.min(self.limits.document_bytes) {
                        return Ok(());
                    }
                    body.read_to_end(&mut head)?;
                    self.kept += head.len() as u64;
                    self.documents.insert(path, head);
                } else if entry.size >= 16 && !path.ends_with(".json") {
                    let mut sink = (self.make)();
                    let whole = head.as_slice().chain(body);
                    match layer::read(whole, self.limits, &mut sink, None, None) {
                        Ok(summary) => {
                            self.layers.insert(path, (summary, sink));
                        }
                        // Only when the manifest calls it a layer does this matter.
                        Err(error) => {
                            self.failed.insert(path, error);
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Documents of a stream that has ended.
struct Kept(HashMap<String, Vec<u8>>);

impl Blobs for Kept {
    fn holds_layers(&self) -> bool {
        false
    }

    fn file(&self, path: &str) -> Result<(Box<dyn Read + Send>, u64), ImageError> {
        let bytes = self
            .0
            .get(path)
            .ok_or_else(|| ImageError::MissingBlob { blob: path.into() })?;
        Ok((
            Box::new(std::io::Cursor::new(bytes.clone())),
            bytes.len() as u64,
        ))
    }
}

/// Reads an image archive, packed as a whole or not, from beginning to end; every layer
/// gets a sink of its own. `name` is what people call the archive.
///
/// # Errors
/// When the stream is no image archive, the choice fits nothing or too much, a layer is
/// missing, or something is not what the manifest says.
pub fn read_stream<S: LayerSink>(
    reader: impl Read,
    name: &str,
    choice: &Choice,
    limits: &Limits,
    make: &mut dyn FnMut() -> S,
) -> Result<Streamed<S>, ImageError> {
    let mut members = Members {
        limits,
        make,
        documents: HashMap::new(),
        kept: 0,
        links: HashMap::new(),
        layers: HashMap::new(),
        failed: HashMap::new(),
    };
    layer::unpacked(reader, limits, |mut tar| {
        walk_source(&mut tar, limits, &mut members)?;
        Ok(())
    })?;
    let Members {
        documents,
        links,
        mut layers,
        mut failed,
        ..
    } = members;
    let documents = Kept(documents);
    let mut images = if documents.0.contains_key("index.json") {
        layout::open(documents, name, choice, limits)?
    } else if documents.0.contains_key(saved::LIST) {
        vec![saved::open(&documents, name, choice, limits)?]
    } else {
        return Err(ImageError::NotAnImage {
            path: PathBuf::from(name),
            why: "there is neither index.json nor manifest.json in it".into(),
        });
    };
    let mut streamed = Streamed {
        images: Vec::new(),
        layers: Vec::new(),
        order: Vec::new(),
    };
    // Images share layers, and one may stand in an image twice.
    let mut taken: HashMap<String, usize> = HashMap::new();
    for image in &mut images {
        image.blobs = None;
        let mut order = Vec::new();
        for layer in &image.layers {
            if layer.closed.is_some() {
                order.push(None);
                continue;
            }
            let place = target(&links, place_of(layer));
            let at = match taken.get(&place) {
                Some(at) => *at,
                None => {
                    if let Some(error) = failed.remove(&place) {
                        return Err(error);
                    }
                    let read = layers
                        .remove(&place)
                        .ok_or_else(|| ImageError::MissingBlob {
                            blob: place.clone(),
                        })?;
                    streamed.layers.push(read);
                    taken.insert(place, streamed.layers.len() - 1);
                    streamed.layers.len() - 1
                }
            };
            if let Some((summary, _)) = streamed.layers.get(at) {
                layer::verify(layer, summary)?;
            }
            order.push(Some(at));
        }
        streamed.order.push(order);
    }
    streamed.images = images;
    Ok(streamed)
}

/// Where links lead to; a chain of them ends.
fn target(links: &HashMap<String, String>, mut place: String) -> String {
    for _ in 0..16 {
        match links.get(&place) {
            Some(target) => place.clone_from(target),
            None => break,
        }
    }
    place
}

fn place_of(layer: &LayerDescriptor) -> String {
    match layer.place.parse::<Digest>() {
        Ok(digest) => format!("blobs/{}/{}", digest.algorithm().name(), digest.hex()),
        Err(_) => layer.place.clone(),
    }
}
