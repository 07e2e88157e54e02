//! A newer database or policy: stored inventories are decided on again, no layer is read.
//!
//! Of a newer database, only what it touches: names that changed lead to components through
//! the reverse index; one image for each of those is matched and tells whether what applies
//! to the component is different; only images that contain a different one are decided on
//! again. What the date changes is looked at once a day.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use lazaret_advisory::Db;
use lazaret_advisory::delta::Changes;
use lazaret_model::Inventory;
use lazaret_store::{Component, Content, ImageFilter, NewJob, Paging, VerdictChange};
use serde::{Deserialize, Serialize};
use tokio::task::{JoinError, JoinSet};

use super::decide::{built_at, classes, keep_found};
use super::inventory;
use super::job::CENTRE;
use super::ledger::{end_key, id_key, is_own, key, names, space_key};
use super::matches::found;
use super::parts::in_parts;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge;

/// Images of one job.
const BATCH: usize = 50;

/// Keys or components that are looked up at once.
const KEYS: usize = 500;

/// Components that samples are looked for at once: one sample is that of many.
const SAMPLES: usize = 64;

/// Samples at a time: those beyond the processors wait for blobs.
const AT_ONCE: usize = 4;

/// The payload of a job `rematch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RematchWork {
    pub(crate) digests: Vec<String>,
    /// `advisories`, `policy`, `day` or `upgrade`.
    pub(crate) cause: String,
}

/// What a newer database did.
#[derive(Debug, Default)]
pub(crate) struct Rematched {
    /// Components that it may concern.
    pub(crate) touched: usize,
    /// Those for which something is different.
    pub(crate) different: usize,
    /// Images that contain one.
    pub(crate) images: usize,
    /// Verdicts that became others.
    pub(crate) changes: Vec<VerdictChange>,
}

/// Decides again on what a newer database may change.
///
/// # Errors
/// Those of the store.
pub(crate) async fn advisories(app: &App, before: Arc<Db>, after: Arc<Db>) -> ApiResult<Rematched> {
    let begun = Instant::now();
    let (from, to) = (built_at(&before), built_at(&after));
    if before.info().starter != after.info().starter {
        everything(app, "advisories").await?;
        return Ok(Rematched::default());
    }
    let (old, new) = (before, Arc::clone(&after));
    let changes = tokio::task::spawn_blocking(move || Changes::between(&old, &new)).await;
    let changes = changes.map_err(ApiError::internal)?;
    let changes = changes.map_err(ApiError::internal)?;
    tracing::debug!(took = ?begun.elapsed(), "databases compared");
    // What is said anew of a package goes before numbers that move every day.
    let mut told = some(app, &after, &keys_of(&changes)).await?;
    let scores: Vec<String> = changes.scores.iter().map(|id| id_key(id)).collect();
    let more = some(app, &after, &scores).await?;
    told.touched += more.touched;
    told.different += more.different;
    told.images += more.images;
    told.changes.extend(more.changes);
    app.store.advance_matches(from, to).await?;
    tell(app, &told, begun).await;
    Ok(told)
}

/// The keys under which a difference of databases is looked up.
fn keys_of(changes: &Changes) -> Vec<String> {
    let packages = changes.packages.iter().map(|(s, n)| key(s, n));
    let spaces = changes.spaces.iter().map(|space| space_key(space));
    let ends = changes.ends_of_life.iter().map(|(p, c)| end_key(p, c));
    packages.chain(spaces).chain(ends).collect()
}

/// Decides again on the images for which a database says something else under some keys.
async fn some(app: &App, database: &Arc<Db>, keys: &[String]) -> ApiResult<Rematched> {
    let begun = Instant::now();
    let mut touched: BTreeMap<i64, Component> = BTreeMap::new();
    for keys in keys.chunks(KEYS) {
        let components = app.store.components_by_keys(keys).await?;
        touched.extend(components.into_iter().map(|c| (c.id, c)));
    }
    let mut told = Rematched {
        touched: touched.len(),
        ..Rematched::default()
    };
    let (own, packages): (Vec<Component>, Vec<Component>) =
        touched.into_values().partition(|c| is_own(&c.purl));
    // What is said anew of images as a whole is no sum of findings.
    let own: Vec<i64> = own.into_iter().map(|c| c.id).collect();
    let different = compare(app, database, packages).await?;
    told.different = own.len() + different.len();
    tracing::debug!(touched = told.touched, different = told.different, took = ?begun.elapsed(), "components compared");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let whole = contents_with(app, &own, &mut seen).await?;
    let contents = contents_with(app, &different, &mut seen).await?;
    told.images = whole.len() + contents.len();
    tracing::debug!(images = told.images, took = ?begun.elapsed(), "images found");
    let (changes, mut left) = in_parts(app, contents, database, "advisories").await?;
    told.changes = changes;
    left.extend(whole);
    app.metrics.rematched_whole.inc_by(left.len() as u64);
    tracing::debug!(left = left.len(), took = ?begun.elapsed(), "decided on in parts");
    told.changes.extend(classes(app, left, "advisories").await?);
    Ok(told)
}

/// The images that contain any of these components and were not seen yet.
async fn contents_with(
    app: &App,
    components: &[i64],
    seen: &mut BTreeSet<String>,
) -> ApiResult<Vec<Content>> {
    let mut contents = Vec::new();
    for ids in components.chunks(KEYS) {
        let more = app.store.contents_with(ids).await?;
        contents.extend(more.into_iter().filter(|c| seen.insert(c.digest.clone())));
    }
    Ok(contents)
}

/// Matches one image for every component; the components for which something is different.
async fn compare(app: &App, database: &Arc<Db>, components: Vec<Component>) -> ApiResult<Vec<i64>> {
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
            running.spawn(async move { sample(&app, &database, &digest, inside).await });
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

/// Matches some components of an image; those that are different.
async fn sample(
    app: &App,
    database: &Arc<Db>,
    digest: &str,
    inside: Vec<(i64, String)>,
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
    keep_found(app, &inside, &of.map_err(ApiError::internal)?, database).await
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

/// Says what a newer database did: how many verdicts, and what runs with another one.
async fn tell(app: &App, told: &Rematched, begun: Instant) {
    app.metrics.rematched_images.inc_by(told.images as u64);
    let took = begun.elapsed();
    app.metrics.rematch_seconds.observe(took.as_secs_f64());
    let changed: BTreeSet<&String> = told.changes.iter().map(|change| &change.digest).collect();
    let digests: Vec<String> = changed.into_iter().cloned().collect();
    let mut running = 0;
    for digests in digests.chunks(KEYS) {
        running += match app.store.workloads_of(digests).await {
            Ok(workloads) => workloads.len(),
            Err(_) => 0,
        };
    }
    tracing::info!(
        components = told.touched,
        different = told.different,
        images = told.images,
        changed = digests.len(),
        running,
        ?took,
        "decided again by another advisory database"
    );
}

/// Enqueues every image, as a sweep.
///
/// # Errors
/// Those of the store.
pub(crate) async fn everything(app: &App, cause: &str) -> ApiResult<()> {
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.images(&ImageFilter::default(), &paging).await?;
        let digests: Vec<String> = page.items.into_iter().map(|row| row.image.digest).collect();
        enqueue(app, &digests, cause).await?;
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Enqueues the images that were stored before shells and facts were kept, as a sweep: they
/// are decided on by their inventories until then, and vulnerabilities do not tell of all.
///
/// # Errors
/// Those of the store.
pub(crate) async fn bring_up(app: &App) -> ApiResult<()> {
    let mut after = String::new();
    loop {
        let contents = app.store.contents_without_shell(&after).await?;
        let Some(last) = contents.last() else {
            return Ok(());
        };
        after.clone_from(&last.digest);
        let digests: Vec<String> = contents.into_iter().map(|c| c.digest).collect();
        enqueue(app, &digests, "upgrade").await?;
    }
}

async fn enqueue(app: &App, digests: &[String], cause: &str) -> ApiResult<()> {
    let now = app.now();
    let mut jobs = Vec::new();
    for digests in digests.chunks(BATCH) {
        let work = RematchWork {
            digests: digests.to_vec(),
            cause: cause.to_owned(),
        };
        let payload = serde_json::to_string(&work).map_err(ApiError::internal)?;
        let mut job = NewJob::new("rematch", CENTRE, payload, now);
        job.sweep = true;
        job.traceparent = None;
        // Of several centres that see the same day, one is enough.
        let first = digests.first().map_or("", String::as_str);
        job.dedupe_key = Some(format!("rematch:{cause}:{first}"));
        jobs.push(job);
    }
    for jobs in jobs.chunks(500) {
        app.store.enqueue(jobs, now).await?;
    }
    app.wake.notify_waiters();
    Ok(())
}
