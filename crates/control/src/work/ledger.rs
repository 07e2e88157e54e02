//! Which inventory belongs to which image, and what of it the advisories are asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lazaret_match::Keys;
use lazaret_model::{Inventory, Package};
use lazaret_store::{NewComponent, NewContent};

use crate::App;
use crate::http::{ApiError, ApiResult};

/// The revision of what is kept; raised when the keys of components change.
const REVISION: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// Between the name space and the name of a key.
const SEPARATOR: char = '\u{1f}';

/// A key under which the advisory database is asked for a component.
pub(crate) fn key(space: &str, name: &str) -> String {
    format!("{space}{SEPARATOR}{name}")
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
    let gaps = u64::try_from(inventory.gaps.len()).unwrap_or(u64::MAX);
    let parts = tokio::task::spawn_blocking(move || parts(&inventory)).await;
    let content = NewContent {
        digest: digest.to_owned(),
        inventory: blob.to_owned(),
        revision: REVISION.to_owned(),
        gaps,
        parts: parts.map_err(ApiError::internal)?,
        indexed_at: now,
    };
    app.store.put_content(&content).await?;
    Ok(())
}

/// Components by the layer that they are in: images that share a layer share the part.
fn parts(inventory: &Inventory) -> Vec<Vec<NewComponent>> {
    let mut parts: BTreeMap<String, Vec<NewComponent>> = BTreeMap::new();
    let mut alone = Inventory {
        target: inventory.target.clone(),
        ..Inventory::default()
    };
    alone.target.layers.clear();
    for package in &inventory.packages {
        let layer = package.locations.first().and_then(|l| l.layer.as_ref());
        let layer = layer.map(ToString::to_string).unwrap_or_default();
        let keys = keys(&mut alone, package);
        parts.entry(layer).or_default().push(NewComponent {
            purl: package.purl.to_string(),
            keys,
        });
    }
    parts.into_values().collect()
}

fn keys(alone: &mut Inventory, package: &Package) -> Vec<String> {
    alone.packages = vec![package.clone()];
    let keys = Keys::of(alone, &[]);
    let packages = keys.packages.iter();
    packages.map(|(space, name)| key(space, name)).collect()
}

/// The blob with the inventory of an image; `None`: nobody has looked at it.
///
/// # Errors
/// Those of the store.
pub(crate) async fn blob_of(app: &App, digest: &str) -> ApiResult<Option<String>> {
    let content = app.store.content(digest).await?;
    Ok(content.map(|content| content.inventory))
}
