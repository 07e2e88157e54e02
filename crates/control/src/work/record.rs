//! From what was looked at to what is stored: image, names, inventory.
//!
//! The centre's own workers and the edges end here, with the same facts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lazaret_model::{Digest, Inventory, Platform};
use lazaret_store::{Image, ImageName};

use super::scan::Examined;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::queries::hold::spread;

/// What stands for the platform of an index.
pub(crate) const INDEX: &str = "index";

/// Largest inventory that is read, in bytes.
const MAX_INVENTORY: usize = 64 << 20;

/// Under which name an image was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Id of the registry.
    pub(crate) registry: String,
    pub(crate) repository: String,
    /// Empty: by its digest alone.
    pub(crate) tag: String,
    /// Of the manifest, or of the index.
    pub(crate) digest: Digest,
}

/// Stores what was looked at; the digests that are now to be decided on.
///
/// Idempotent: a job that runs twice stores the same.
///
/// # Errors
/// Those of the store.
pub(crate) async fn record(
    app: &App,
    found: &Found,
    examined: Vec<Examined>,
    now: Timestamp,
) -> ApiResult<Vec<String>> {
    let is_index = examined.len() > 1 || examined.iter().any(|e| e.digest != found.digest);
    let mut digests = Vec::new();
    if is_index {
        let whole = whole(found, &examined);
        one(app, found, &found.tag, whole, now).await?;
        digests.push(found.digest.to_string());
    }
    for part in examined {
        // The tag is the index's; a platform of it is pulled by digest.
        let tag = if is_index { "" } else { found.tag.as_str() };
        digests.push(part.digest.to_string());
        one(app, found, tag, part, now).await?;
    }
    if let [index, manifests @ ..] = digests.as_slice()
        && is_index
    {
        spread(app, index, manifests, now).await?;
    }
    Ok(digests)
}

async fn one(
    app: &App,
    found: &Found,
    tag: &str,
    examined: Examined,
    now: Timestamp,
) -> ApiResult<()> {
    let digest = examined.digest.to_string();
    let image = Image {
        digest: digest.clone(),
        platform: examined.platform,
        size: examined.size_bytes,
        layers: examined.layers,
        base: None,
        first_seen: now,
        last_seen: now,
    };
    let inventory = examined.inventory;
    let written = tokio::task::spawn_blocking(move || {
        serde_json::to_vec(&inventory).map(|bytes| (inventory, bytes))
    });
    let (inventory, bytes) = written
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let blob = app.store.put_blob(bytes, now).await?;
    let name = ImageName {
        registry_id: found.registry.clone(),
        repository: found.repository.clone(),
        tag: tag.to_owned(),
        digest: digest.clone(),
        pushed_at: now,
        replaced_at: None,
    };
    app.store.record_push(&image, &name).await?;
    super::ledger::keep(app, &digest, &blob, inventory, now).await
}

/// The inventory in a blob.
///
/// # Errors
/// When it is not there, or is none.
pub(crate) async fn inventory(app: &App, blob: &str) -> ApiResult<Inventory> {
    let bytes = app.store.blob(blob).await?;
    if bytes.len() > MAX_INVENTORY {
        return Err(ApiError::too_large("the inventory is larger than 64 MiB"));
    }
    let read = tokio::task::spawn_blocking(move || serde_json::from_slice(&bytes)).await;
    read.map_err(ApiError::internal)?
        .map_err(|error| ApiError::invalid(format!("the blob is no inventory: {error}")))
}

/// An index as one image: what any of its platforms holds. Whoever pulls it may get each of
/// them, so the worst of them decides; and what is matched again is one inventory more.
fn whole(found: &Found, examined: &[Examined]) -> Examined {
    let usual = examined
        .iter()
        .find(|e| e.platform == "linux/amd64")
        .or(examined.first());
    let mut inventory = usual.map(|e| e.inventory.clone()).unwrap_or_default();
    inventory.target.digest = Some(found.digest.clone());
    inventory.target.platform = None::<Platform>;
    let mut known: BTreeSet<String> = inventory
        .packages
        .iter()
        .map(|p| p.purl.to_string())
        .collect();
    for part in examined {
        for package in &part.inventory.packages {
            if known.insert(package.purl.to_string()) {
                inventory.packages.push(package.clone());
            }
        }
        inventory.gaps.extend(part.inventory.gaps.iter().cloned());
        inventory
            .secrets
            .extend(part.inventory.secrets.iter().cloned());
        inventory.signs.extend(part.inventory.signs.iter().cloned());
        let checks = part.inventory.misconfigurations.iter().cloned();
        inventory.misconfigurations.extend(checks);
    }
    inventory
        .packages
        .sort_by_cached_key(|package| package.purl.to_string());
    inventory.gaps.sort();
    inventory.gaps.dedup();
    dedup(&mut inventory.secrets);
    dedup(&mut inventory.signs);
    dedup(&mut inventory.misconfigurations);
    Examined {
        digest: found.digest.clone(),
        platform: INDEX.to_owned(),
        size_bytes: examined.iter().map(|e| e.size_bytes).sum(),
        // Of an index, its manifests.
        layers: examined.iter().map(|e| e.digest.to_string()).collect(),
        inventory,
    }
}

/// Leaves the first of what is equal, in its order.
fn dedup<T: serde::Serialize>(items: &mut Vec<T>) {
    let mut known = BTreeSet::new();
    items.retain(|item| known.insert(serde_json::to_string(item).unwrap_or_default()));
}
