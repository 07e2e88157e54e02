//! Which inventory belongs to which image, and what of it the advisories are asked for.
//!
//! A component is a package with everything that matching and deciding look at, so that what
//! was found in one image that contains it holds for all of them. Its name is the package's
//! purl and a digest of the rest. A class is the same for whole inventories
//! (`docs/decisions/0010-rematch.md`).

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use jiff::Timestamp;
use lazaret_match::Keys;
use lazaret_model::{Inventory, Package};
use lazaret_store::{NewComponent, NewContent};
use sha2::{Digest as _, Sha256};

use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::keys::hex;

/// The revision of what is kept; raised when names or keys of components change.
const REVISION: &str = concat!(env!("CARGO_PKG_VERSION"), "/2");

/// Between the name space and the name of a key, and before the digest in a component's name.
const SEPARATOR: char = '\u{1f}';

/// What the names of components begin with that stand for an image's own properties.
const OWN: &str = "image:";

/// A key under which the advisory database is asked for a component.
pub(crate) fn key(space: &str, name: &str) -> String {
    format!("{space}{SEPARATOR}{name}")
}

/// The key of a name space: whether the database knows it decides on gaps.
pub(crate) fn space_key(space: &str) -> String {
    key("space", space)
}

/// The key of the end of a product's support.
pub(crate) fn end_key(product: &str, cycle: &str) -> String {
    key("end", &format!("{product}{SEPARATOR}{cycle}"))
}

/// The key of an id that a finding goes by.
pub(crate) fn id_key(id: &str) -> String {
    key("id", id)
}

/// The purl in a component's name.
pub(crate) fn purl_of(name: &str) -> &str {
    name.split(SEPARATOR).next().unwrap_or(name)
}

/// Whether a component stands for an image's own properties, and not for a package.
pub(crate) fn is_own(name: &str) -> bool {
    name.starts_with(OWN)
}

/// Writes down what an image contains.
///
/// # Errors
/// Those of the store.
pub(crate) async fn keep(
    app: &App,
    digest: &str,
    blob: &str,
    inventory: Inventory,
    now: Timestamp,
) -> ApiResult<()> {
    let (digest, blob) = (digest.to_owned(), blob.to_owned());
    let of = tokio::task::spawn_blocking(move || content(&digest, &blob, &inventory, now)).await;
    let content = of.map_err(ApiError::internal)?;
    app.store.put_content(&content).await?;
    Ok(())
}

/// What is written down of an image with that inventory.
pub fn content(digest: &str, blob: &str, inventory: &Inventory, at: Timestamp) -> NewContent {
    NewContent {
        digest: digest.to_owned(),
        inventory: blob.to_owned(),
        class: class(inventory),
        revision: REVISION.to_owned(),
        gaps: u64::try_from(inventory.gaps.len()).unwrap_or(u64::MAX),
        parts: parts(inventory),
        indexed_at: at,
    }
}

/// Components by the layer that they are in, and one for the image as a whole: images that
/// share a layer share the part.
fn parts(inventory: &Inventory) -> Vec<Vec<NewComponent>> {
    let mut parts: BTreeMap<String, Vec<NewComponent>> = BTreeMap::new();
    let mut alone = Inventory {
        target: inventory.target.clone(),
        ..Inventory::default()
    };
    alone.target.layers.clear();
    for (package, name) in inventory.packages.iter().zip(names(inventory)) {
        let layer = package.locations.first().and_then(|l| l.layer.as_ref());
        let layer = layer.map(ToString::to_string).unwrap_or_default();
        let keys = keys(&mut alone, package);
        let component = NewComponent { purl: name, keys };
        parts.entry(layer).or_default().push(component);
    }
    let mut parts: Vec<_> = parts.into_values().collect();
    parts.push(vec![own(inventory)]);
    parts
}

fn keys(alone: &mut Inventory, package: &Package) -> Vec<String> {
    alone.packages = vec![package.clone()];
    let keys = Keys::of(alone, &[]);
    let packages = keys.packages.iter();
    packages.map(|(space, name)| key(space, name)).collect()
}

/// What the database is asked for an image as a whole.
fn own(inventory: &Inventory) -> NewComponent {
    let asked = Keys::of(inventory, &[]);
    let mut keys: Vec<String> = asked.spaces.iter().map(|space| space_key(space)).collect();
    let end = asked.end_of_life.iter();
    keys.extend(end.map(|(product, cycle)| end_key(product, cycle)));
    NewComponent {
        purl: format!("{OWN}{}", short(keys.join("\n").as_bytes())),
        keys,
    }
}

/// The names of the components that an inventory's packages are, in their order.
pub(crate) fn names(inventory: &Inventory) -> Vec<String> {
    let distro = serde_json::to_string(&inventory.target.distro).unwrap_or_default();
    let places = places(inventory);
    let owners: HashMap<String, &Package> = inventory
        .packages
        .iter()
        .map(|package| (package.purl.to_string(), package))
        .collect();
    let text = |package: &Package| {
        let text = serde_json::to_string(package).unwrap_or_default();
        without_digests(&text, &places, false)
    };
    let of = |package: &Package| {
        let owner = package.owner.as_ref().and_then(|purl| owners.get(purl));
        let owner = owner.map(|owner| text(owner)).unwrap_or_default();
        let all = format!("{distro}\n{}\n{owner}", text(package));
        format!("{}{SEPARATOR}{}", package.purl, short(all.as_bytes()))
    };
    inventory.packages.iter().map(of).collect()
}

/// What is the same for every image whose inventory says the same of everything but names,
/// digests and times.
fn class(inventory: &Inventory) -> String {
    let mut same = inventory.clone();
    same.target.input.clear();
    same.target.name.clear();
    same.target.digest = None;
    same.target.created = None;
    let text = serde_json::to_string(&same).unwrap_or_default();
    let text = without_digests(&text, &places(inventory), true);
    format!("sha256:{}", hex(&Sha256::digest(text.as_bytes())))
}

/// The place of every layer by its digests.
fn places(inventory: &Inventory) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (place, layer) in inventory.target.layers.iter().enumerate() {
        places.insert(layer.diff_id.to_string(), place);
        if let Some(digest) = &layer.digest {
            places.insert(digest.to_string(), place);
        }
    }
    places
}

/// A text with every layer's digest replaced: by the layer's place, or by nothing.
fn without_digests(text: &str, places: &HashMap<String, usize>, place: bool) -> String {
    const MARK: &str = "sha256:";
    const LENGTH: usize = MARK.len() + 64;
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, from) = rest.split_at(at);
        told.push_str(before);
        let found = from.get(..LENGTH).and_then(|digest| places.get(digest));
        let length = match found {
            Some(number) => {
                if place {
                    let _ = write!(told, "layer {number}");
                }
                LENGTH
            }
            None => {
                told.push_str(MARK);
                MARK.len()
            }
        };
        rest = from.get(length..).unwrap_or_default();
    }
    told.push_str(rest);
    told
}

fn short(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..12])
}

/// The blob with the inventory of an image; `None`: nobody has looked at it.
///
/// # Errors
/// Those of the store.
pub(crate) async fn blob_of(app: &App, digest: &str) -> ApiResult<Option<String>> {
    let content = app.store.content(digest).await?;
    Ok(content.map(|content| content.inventory))
}
