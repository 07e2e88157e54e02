//! The list of images that `docker save` writes, with or without a layout beside it.
//!
//! Source: Docker Image Specification 1.2, "Combined Image JSON + Filesystem Changeset
//! Format".

use std::collections::{BTreeMap, BTreeSet};

use lazaret_model::Digest;
use serde::Deserialize;

use crate::index::{Choice, Unnamed, is_called, listed};
use crate::layout::{self, Blobs};
use crate::{Image, ImageConfig, ImageError, Limits, manifest};

/// The list's path in an archive.
pub(crate) const LIST: &str = "manifest.json";

/// An image of the list.
#[derive(Debug, Deserialize)]
struct Saved {
    #[serde(rename = "Config")]
    config: String,
    #[serde(rename = "RepoTags", default)]
    tags: Option<Vec<String>>,
    #[serde(rename = "Layers", default)]
    layers: Vec<String>,
}

impl Saved {
    /// The digest of the configuration, which is in its path.
    fn id(&self) -> Option<Digest> {
        let name = self.config.rsplit('/').next()?;
        let hex = name.strip_suffix(".json").unwrap_or(name);
        format!("sha256:{hex}").parse().ok()
    }

    fn tags(&self) -> impl Iterator<Item = &String> {
        self.tags.iter().flatten()
    }

    /// What to type after the file to get this image.
    fn names(&self) -> Vec<String> {
        let tags: Vec<String> = self
            .tags()
            .map(|tag| tag.chars().take(200).collect())
            .collect();
        match self.id() {
            Some(id) if tags.is_empty() => vec![format!("@{id}")],
            _ => tags,
        }
    }

    fn is_called(&self, wanted: &str) -> bool {
        self.tags().any(|tag| is_called(tag, wanted))
            || self.id().is_some_and(|id| id.to_string() == wanted)
    }
}

/// Opens the wanted image; its blobs are the caller's business.
pub(crate) fn open(
    documents: &dyn Blobs,
    place: &str,
    choice: &Choice,
    limits: &Limits,
) -> Result<Image, ImageError> {
    let bytes = layout::document(documents, LIST, limits)?;
    let list: Vec<Saved> =
        serde_json::from_slice(&bytes).map_err(|e| ImageError::manifest(LIST, e.to_string()))?;
    let wanted = choice.name.as_deref();
    let saved = one(&list, wanted).map_err(|why| ImageError::unnamed(place, wanted, why))?;
    let config = layout::document(documents, &saved.config, limits)?;
    let config = ImageConfig::parse(&saved.config, &config)?;
    config.check_platform(choice.platforms.only())?;
    let layers = manifest::layers_at(&saved.layers, &config, limits)?;
    // Several tags of one image: the one that was asked for names it.
    let tag = match wanted {
        Some(wanted) => saved.tags().find(|tag| is_called(tag, wanted)),
        None => None,
    };
    let tag = tag.or_else(|| saved.tags().next());
    Ok(Image {
        name: tag.map_or(place, String::as_str).to_owned(),
        digest: None,
        platform: config.platform(),
        annotations: BTreeMap::new(),
        config,
        layers,
        indexes: Vec::new(),
        beside: Vec::new(),
        attachments: None,
        blobs: None,
    })
}

fn one<'a>(list: &'a [Saved], wanted: Option<&str>) -> Result<&'a Saved, Unnamed> {
    let fits = |s: &&Saved| wanted.is_none_or(|wanted| s.is_called(wanted));
    let fitting: Vec<&Saved> = list.iter().filter(fits).collect();
    let names = |of: &mut dyn Iterator<Item = &Saved>| listed(of.flat_map(Saved::names));
    let Some(first) = fitting.first() else {
        return Err(Unnamed::None(names(&mut list.iter())));
    };
    let images: BTreeSet<&str> = fitting.iter().map(|s| s.config.as_str()).collect();
    match images.len() {
        1 => Ok(first),
        _ => Err(Unnamed::Several(names(&mut fitting.into_iter()))),
    }
}
