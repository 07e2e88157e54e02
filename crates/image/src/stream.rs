//! Images that arrive as one stream: standard input, the export of a daemon.
//!
//! The order of members is whatever the sender likes, and the manifest often comes last,
//! so every member that is a layer is read as it comes, and the manifest chooses among
//! them at the end. Nothing is kept but small documents and what the sinks keep.

use std::collections::HashMap;
use std::io::{BufReader, Read};

use lazaret_model::Digest;

use crate::archive::Saved;
use crate::layer::{self, LayerSummary};
use crate::layout::Blobs;
use crate::tar::{Entry, EntryKind, LayerSink, walk_source};
use crate::{Image, ImageConfig, ImageError, LayerDescriptor, Limits, layout, manifest};

/// Bytes of documents that are kept, in all.
const MAX_DOCUMENTS: u64 = 64 << 20;

/// An image that was read whole.
pub struct Streamed<S> {
    /// The image; its layers cannot be opened again.
    pub image: Image,
    /// What was learnt of each layer, and its sink, from the bottom up.
    pub layers: Vec<(LayerSummary, S)>,
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
                    match layer::read(whole, self.limits, &mut sink, None) {
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

/// Reads an image archive from beginning to end; every layer gets a sink of its own.
///
/// # Errors
/// When the stream is no image archive, a layer is missing, or something is not what the
/// manifest says.
pub fn read_stream<S: LayerSink>(
    reader: impl Read,
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
    let mut reader = BufReader::with_capacity(128 << 10, reader);
    walk_source(&mut reader, limits, &mut members)?;
    let Members {
        documents,
        links,
        mut layers,
        mut failed,
        ..
    } = members;
    let mut image = if documents.contains_key("index.json") {
        layout::open(Kept(documents), "standard input", None, None, limits)?
    } else {
        saved(&documents)?
    };
    image.blobs = None;
    let mut out: Vec<(LayerSummary, S)> = Vec::new();
    for layer in &image.layers {
        let mut place = place_of(layer);
        for _ in 0..16 {
            match links.get(&place) {
                Some(target) => place.clone_from(target),
                None => break,
            }
        }
        if let Some(error) = failed.remove(&place) {
            return Err(error);
        }
        let read = layers
            .remove(&place)
            .ok_or(ImageError::MissingBlob { blob: place })?;
        layer::verify(layer, &read.0)?;
        out.push(read);
    }
    Ok(Streamed { image, layers: out })
}

fn place_of(layer: &LayerDescriptor) -> String {
    match layer.place.parse::<Digest>() {
        Ok(digest) => format!("blobs/{}/{}", digest.algorithm().name(), digest.hex()),
        Err(_) => layer.place.clone(),
    }
}

fn saved(documents: &HashMap<String, Vec<u8>>) -> Result<Image, ImageError> {
    let document = |name: &str| {
        documents.get(name).ok_or_else(|| ImageError::MissingBlob {
            blob: name.to_owned(),
        })
    };
    let list: Vec<Saved> = serde_json::from_slice(document("manifest.json")?)
        .map_err(|e| ImageError::manifest("manifest.json", e.to_string()))?;
    let saved = list
        .first()
        .ok_or_else(|| ImageError::manifest("manifest.json", "it is empty"))?;
    let config = ImageConfig::parse(&saved.config, document(&saved.config)?)?;
    let layers = manifest::layers_at(&saved.layers, &config)?;
    let tag = saved.repo_tags.iter().flatten().next().cloned();
    Ok(Image {
        name: tag.unwrap_or_else(|| "standard input".into()),
        digest: None,
        platform: config.platform(),
        config,
        layers,
        blobs: None,
    })
}
