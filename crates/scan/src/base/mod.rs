//! Which of an image's layers are its base's.
//!
//! Three things tell: the layers of an image that the caller names or has laid out, compared
//! one by one; the labels and annotations by which an image names its base; and the build
//! steps of the image. Only the first is proof, and only of what was compared. Labels and
//! build steps are the word of whoever made the image, so what follows from them is marked
//! as guessed, and no gate lets anything pass for it.

mod history;

use lazaret_image::Image;
use lazaret_model::{Base, BaseSource, Digest, Gap, GapKind, Inventory, Target};

/// An image that others may be built on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBase {
    /// What people call it.
    pub name: String,
    /// Digest of its manifest, where it has one.
    pub digest: Option<Digest>,
    /// Digest of the index that it stands in, where it stands in one: what an image of several
    /// platforms is known by.
    pub index: Option<Digest>,
    /// Diff IDs of its layers from the bottom up; never empty.
    pub layers: Vec<Digest>,
}

impl KnownBase {
    /// The base that a target is; `None` when it tells no layers, as a directory does not.
    pub fn of(target: &Target) -> Option<Self> {
        let layers: Vec<Digest> = target.layers.iter().map(|l| l.diff_id.clone()).collect();
        (!layers.is_empty()).then(|| Self {
            name: target.name.clone(),
            digest: target.digest.clone(),
            index: None,
            layers,
        })
    }

    /// How many layers the two have in common, from the bottom up.
    fn common(&self, target: &Target) -> usize {
        let both = self.layers.iter().zip(&target.layers);
        both.take_while(|(own, layer)| **own == layer.diff_id)
            .count()
    }

    fn is_below(&self, target: &Target) -> bool {
        self.common(target) == self.layers.len()
    }

    fn base(&self, source: BaseSource, layers: usize, why: String) -> Base {
        Base {
            name: self.name.clone(),
            digest: self.digest.iter().map(ToString::to_string).collect(),
            source,
            layers: Some(layers),
            guessed: false,
            differs: layers < self.layers.len(),
            why,
        }
    }
}

/// What the image itself says of its base.
pub(crate) fn recognise(image: &Image, target: &mut Target) {
    let named = |part: &str| {
        let key = format!("org.opencontainers.image.base.{part}");
        let labels = &image.config.settings.labels;
        // An annotation is of this manifest; a label may be inherited from the base itself.
        let told = image.annotations.get(&key).or_else(|| labels.get(&key));
        told.cloned().unwrap_or_default()
    };
    let (name, digest) = (named("name"), named("digest"));
    let guess = history::base(&image.config.history, image.layers.len());
    let source = match name.is_empty() && digest.is_empty() {
        true => BaseSource::History,
        false => BaseSource::Label,
    };
    if guess.is_none() && source == BaseSource::History {
        return;
    }
    if let Some(guess) = &guess {
        mark(target, guess.layers, Some(false));
    }
    target.base = Some(Base {
        name,
        digest,
        source,
        layers: guess.as_ref().map(|guess| guess.layers),
        guessed: guess.is_some(),
        differs: false,
        why: guess.map_or_else(
            || "the image names its base, and nothing tells where it ends".to_owned(),
            |guess| guess.why,
        ),
    });
}

/// Marks the first `count` layers as the base's, and the others as told.
fn mark(target: &mut Target, count: usize, others: Option<bool>) {
    for (index, layer) in target.layers.iter_mut().enumerate() {
        layer.base = if index < count { Some(true) } else { others };
    }
}

/// Says of every layer and package of `inventory` whether `base`, which the caller named,
/// brought it.
///
/// Where the image is not built on it, a gap says what differs: the layers that both have
/// are the base's, and whose the others are is not known.
pub fn built_on(inventory: &mut Inventory, base: &KnownBase) {
    let target = &mut inventory.target;
    let common = base.common(target);
    let why = match common == base.layers.len() {
        true => "all its layers are there".to_owned(),
        false => format!("{common} of its {} layers are there", base.layers.len()),
    };
    if common == base.layers.len() {
        mark(target, common, Some(false));
    } else {
        mark(target, common, None);
        let gap = Gap::new(
            GapKind::BaseMismatch,
            &base.name,
            difference(base, target, common),
        );
        inventory.gaps.push(gap);
        inventory.gaps.sort();
    }
    target.base = Some(base.base(BaseSource::Given, common, why));
    target.attribute(&mut inventory.packages);
}

/// The same with the base that the image names itself.
///
/// Where the base ends is compared, but which image it is stays the word of whoever made
/// the image: one that names itself as its base must open no gate, so it counts as guessed.
pub fn built_on_named(inventory: &mut Inventory, base: &KnownBase) {
    built_on(inventory, base);
    if let Some(told) = &mut inventory.target.base {
        told.source = BaseSource::Label;
        told.guessed = true;
        told.why
            .push_str(", and that it is the base is the image's own word");
    }
}

/// Why the image is not built on the base.
fn difference(base: &KnownBase, target: &Target, common: usize) -> String {
    let unknown = "so whose the layers above are is not known";
    let place = common + 1;
    match (base.layers.get(common), target.layers.get(common)) {
        _ if target.layers.is_empty() => {
            "the target tells no layers, so nothing tells what is the base's".to_owned()
        }
        (Some(theirs), Some(own)) => format!(
            "the image is not built on it as it is now: layer {place} is {} there and {} here, \
             {unknown}",
            short(theirs),
            short(&own.diff_id)
        ),
        _ => format!(
            "the image is not built on it: it has {} layers, and the image {}",
            base.layers.len(),
            target.layers.len()
        ),
    }
}

fn short(digest: &Digest) -> String {
    let hex = digest.hex();
    format!(
        "{}:{}",
        digest.algorithm().name(),
        hex.get(..12).unwrap_or(hex)
    )
}

/// The same for the base among several that all of whose layers are below the image: the one
/// that the image names by its digest, else the one with the most layers. Says whether there
/// is one.
///
/// Where the image names one of them that is not below it, a gap says so.
pub fn recognised(inventory: &mut Inventory, known: &[KnownBase]) -> bool {
    let target = &mut inventory.target;
    let label = target.base.as_ref();
    let label = label.filter(|base| base.source == BaseSource::Label);
    let claimed = label.map(|base| base.digest.clone());
    let is_claimed = |base: &&KnownBase| {
        let mut own = base.digest.iter().chain(&base.index);
        own.any(|digest| claimed.as_ref() == Some(&digest.to_string()))
    };
    // An image is no base of itself, and one with the same layers is a twin.
    let others = known
        .iter()
        .filter(|b| b.digest.is_none() || b.digest != target.digest);
    let all = target.layers.len();
    let below = others
        .clone()
        .filter(|base| base.layers.len() < all && base.is_below(target));
    let rank = |base: &&KnownBase| (is_claimed(base), base.layers.len());
    let best = below.min_by(|a, b| (rank(b), &a.name).cmp(&(rank(a), &b.name)));
    let lie = others.clone().find(is_claimed);
    if let Some(named) = lie.filter(|base| !base.is_below(target)) {
        let detail = difference(named, target, named.common(target));
        let detail = format!("the image names it as its base, but {detail}");
        inventory
            .gaps
            .push(Gap::new(GapKind::BaseMismatch, &named.name, detail));
        inventory.gaps.sort();
    }
    let Some(best) = best else {
        return false;
    };
    let count = best.layers.len();
    let why = match is_claimed(&best) {
        true => "the image names it, and all its layers are there",
        false => "all its layers are there",
    };
    mark(target, count, Some(false));
    target.base = Some(best.base(BaseSource::Known, count, why.to_owned()));
    target.attribute(&mut inventory.packages);
    true
}
