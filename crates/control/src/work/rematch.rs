//! A newer database or policy: stored inventories are decided on again, no layer is read.
//!
//! Of a newer database, only what it touches: names that changed lead to components through
//! the reverse index; one image for each of those is matched and tells whether what applies
//! to the component is different; only images that contain a different one are decided on
//! again. What the date changes is looked at once a day.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Instant;

use lazaret_advisory::Db;
use lazaret_advisory::delta::Changes;
use lazaret_store::{Component, ImageFilter, NewJob, Paging, VerdictChange};
use serde::{Deserialize, Serialize};

use super::compare::compare;
use super::decide::{built_at, classes};
use super::job::CENTRE;
use super::ledger::{end_key, id_key, is_own, key, space_key};
use super::parts::in_parts;
use super::tallies::Lens;
use super::write::Care;
use crate::App;
use crate::http::{ApiError, ApiResult};

/// Images of one job.
const BATCH: usize = 50;

/// Keys or components that are looked up at once.
const KEYS: usize = 500;

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
    let lens = Lens::of(app, database).await?;
    let different = compare(app, database, packages, lens).await?;
    told.different = own.len() + different.len();
    tracing::debug!(touched = told.touched, different = told.different, took = ?begun.elapsed(), "components compared");
    let mut whole = images_with(app, &own).await?;
    let mut images = images_with(app, &different).await?;
    let seen: HashSet<&String> = whole.iter().collect();
    images.retain(|digest| !seen.contains(digest));
    told.images = whole.len() + images.len();
    tracing::debug!(images = told.images, took = ?begun.elapsed(), "images found");
    let (changes, left) = in_parts(app, images, database, "advisories").await?;
    told.changes = changes;
    whole.extend(left);
    app.metrics.rematched_whole.inc_by(whole.len() as u64);
    tracing::debug!(left = whole.len(), took = ?begun.elapsed(), "decided on in parts");
    let mut contents = Vec::with_capacity(whole.len());
    for digests in whole.chunks(KEYS) {
        contents.extend(app.store.contents_of(digests).await?);
    }
    let changes = classes(app, contents, "advisories", Care::Different).await?;
    told.changes.extend(changes);
    Ok(told)
}

/// The images that contain any of these components, by digest.
async fn images_with(app: &App, components: &[i64]) -> ApiResult<Vec<String>> {
    let mut images = BTreeSet::new();
    for ids in components.chunks(KEYS) {
        images.extend(app.store.all_images_with(ids).await?);
    }
    Ok(images.into_iter().collect())
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
