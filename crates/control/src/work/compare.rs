//! What a newer database says of components: one image is matched for each, and mostly for many.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lazaret_advisory::Db;
use lazaret_model::Inventory;
use lazaret_store::Component;
use tokio::task::{JoinError, JoinSet};

use super::decide::keep_found;
use super::inventory;
use super::ledger::names;
use super::matches::found;
use super::tallies::Lens;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge;

/// Components that samples are looked for at once: one sample is that of many.
const SAMPLES: usize = 64;

/// Samples at a time: those beyond the processors wait for blobs.
const AT_ONCE: usize = 4;

/// Matches one image for every component; the components for which something is different that
/// a decision may rest on.
///
/// # Errors
/// Those of the store.
pub(super) async fn compare(
    app: &App,
    database: &Arc<Db>,
    components: Vec<Component>,
    lens: Option<Lens>,
) -> ApiResult<Vec<i64>> {
    let lens = Arc::new(lens);
    let mut left: BTreeMap<i64, String> = components.into_iter().map(|c| (c.id, c.purl)).collect();
    let mut different = Vec::new();
    let mut running: JoinSet<ApiResult<Vec<i64>>> = JoinSet::new();
    while !left.is_empty() {
        let ids: Vec<i64> = left.keys().take(SAMPLES).copied().collect();
        let samples: HashMap<i64, String> = app.store.samples_of(&ids).await?.into_iter().collect();
        for id in ids {
            // An earlier sample of this round may have had it; of some, nothing contains them
            // any more.
            let (Some(digest), true) = (samples.get(&id), left.contains_key(&id)) else {
                left.remove(&id);
                continue;
            };
            let inside: Vec<(i64, String)> = app
                .store
                .components_of(digest)
                .await?
                .into_iter()
                .filter_map(|component| Some((component.id, left.remove(&component.id)?)))
                .collect();
            left.remove(&id);
            while running.len() >= AT_ONCE {
                different.extend(ended(running.join_next().await)?);
            }
            let (app, database, digest) = (app.clone(), Arc::clone(database), digest.clone());
            let lens = Arc::clone(&lens);
            running.spawn(async move { sample(&app, &database, &digest, inside, &lens).await });
        }
    }
    while !running.is_empty() {
        different.extend(ended(running.join_next().await)?);
    }
    Ok(different)
}

fn ended(joined: Option<Result<ApiResult<Vec<i64>>, JoinError>>) -> ApiResult<Vec<i64>> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |joined| joined.map_err(ApiError::internal)?,
    )
}

/// Matches some components of an image; those that are different. Other numbers and words that
/// no rule looks at are written down, and make no difference.
async fn sample(
    app: &App,
    database: &Arc<Db>,
    digest: &str,
    inside: Vec<(i64, String)>,
    lens: &Arc<Option<Lens>>,
) -> ApiResult<Vec<i64>> {
    let Some(content) = app.store.content(digest).await? else {
        return Ok(Vec::new());
    };
    let mut inventory = inventory(app, &content.inventory).await?;
    let (with, now) = (Arc::clone(database), app.now());
    let asked: BTreeSet<String> = inside.iter().map(|(_, name)| name.clone()).collect();
    let place = app.judging.acquire().await.map_err(ApiError::internal)?;
    let of = tokio::task::spawn_blocking(move || {
        narrow(&mut inventory, &asked);
        let kept = inventory.clone();
        let matched = judge::matched(inventory, &with, now)?;
        Ok::<_, lazaret_scan::ExamineError>(found(&kept, matched.findings()))
    });
    let of = of.await.map_err(ApiError::internal)?;
    drop(place);
    let found = of.map_err(ApiError::internal)?;
    if lens.is_none() {
        return keep_found(app, &inside, &found, database).await;
    }
    let ids: Vec<i64> = inside.iter().map(|(id, _)| *id).collect();
    let mut before = app.store.known_facts_of(&ids).await?;
    let mut changed = keep_found(app, &inside, &found, database).await?;
    let names: HashMap<i64, String> = inside.into_iter().collect();
    let lens = Arc::clone(lens);
    let apart = tokio::task::spawn_blocking(move || {
        changed.retain(|id| {
            let before = before.remove(id);
            let after = names.get(id).map(|name| found.facts(name));
            let told = lens.as_ref().as_ref().zip(before.zip(after));
            told.is_none_or(|(lens, (before, after))| lens.tells_apart(&before, &after))
        });
        changed
    });
    apart.await.map_err(ApiError::internal)
}

/// Leaves the packages that are asked for, and those that own their files: findings of a
/// package rest on nothing else.
fn narrow(inventory: &mut Inventory, asked: &BTreeSet<String>) {
    let is_asked: Vec<bool> = names(inventory).iter().map(|n| asked.contains(n)).collect();
    let packages = std::mem::take(&mut inventory.packages);
    let of = packages.iter().zip(&is_asked).filter(|(_, is)| **is);
    let owners: BTreeSet<String> = of.filter_map(|(p, _)| p.owner.clone()).collect();
    let kept = packages.into_iter().zip(is_asked);
    let kept = kept.filter(|(p, is)| *is || owners.contains(&p.purl.to_string()));
    inventory.packages = kept.map(|(package, _)| package).collect();
}
