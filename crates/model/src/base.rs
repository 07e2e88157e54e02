//! What an image is built on, and what of it that brought.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Digest, Package, Target};

/// The image that another one is built on, as far as it is known.
///
/// [`Layer::base`](crate::Layer::base) tells of each layer whether it belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Base {
    /// Its reference; empty where nothing tells it.
    #[serde(default)]
    pub name: String,
    /// Digest of its manifest; empty where nothing tells it.
    #[serde(default)]
    pub digest: String,
    /// How it is known.
    #[serde(default)]
    pub source: BaseSource,
    /// How many of the first layers are the base's; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
    /// Whether the number of layers is a guess. No gate is opened by a guess.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
    /// Whether the image is not built on it after all: it is the base that the caller named,
    /// and only its first layers are there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub differs: bool,
    /// How the layers were told apart, or why they could not be, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Base {
    /// Whether all layers of this very image were found below: no label, no guess.
    pub fn is_proven(&self) -> bool {
        let compared = matches!(self.source, BaseSource::Given | BaseSource::Known);
        compared && !self.differs
    }
}

/// How a base is known, surest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum BaseSource {
    /// The caller named it, and its layers were compared.
    Given,
    /// It is among the images that the caller laid out, and its layers are all there.
    Known,
    /// The image names it (`org.opencontainers.image.base.name` and `.digest`, as labels or
    /// annotations).
    #[default]
    Label,
    /// The build steps of the image look as if one ended there.
    History,
}

impl BaseSource {
    /// The name used in reports and policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Known => "known",
            Self::Label => "label",
            Self::History => "history",
        }
    }
}

impl Target {
    /// Whether the base brought what is in this layer; `None` where that is not known.
    pub fn is_of_base(&self, layer: &Digest) -> Option<bool> {
        // A layer that stands twice in an image came with the lower one.
        self.layers.iter().find(|l| l.diff_id == *layer)?.base
    }

    /// Whether which layers are the base's is only guessed.
    pub fn is_base_guessed(&self) -> bool {
        self.base.as_ref().is_some_and(|base| base.guessed)
    }

    /// Says of every package whether the base brought it: all copies of it are the base's.
    /// One copy of the application makes it the application's.
    pub fn attribute(&self, packages: &mut [Package]) {
        let mut of: HashMap<&Digest, Option<bool>> = HashMap::with_capacity(self.layers.len());
        for layer in &self.layers {
            of.entry(&layer.diff_id).or_insert(layer.base);
        }
        for package in packages {
            let copies = package.locations.iter();
            let told = copies.map(|at| *of.get(at.layer.as_ref()?)?);
            package.from_base = told.reduce(together).flatten();
        }
    }
}

/// What two copies are together.
fn together(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}
