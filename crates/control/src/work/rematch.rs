//! A newer database or policy: stored inventories are decided on again, no layer is read.
//!
//! What the difference of the databases touches by a package's name goes first, through the
//! reverse index; everything else follows as a sweep, since scores, catalogues and ends of
//! support change too, and the date is part of a decision.

use std::collections::BTreeSet;
use std::sync::Arc;

use lazaret_advisory::Db;
use lazaret_advisory::delta::Changes;
use lazaret_store::{ImageFilter, NewJob, Paging};
use serde::{Deserialize, Serialize};

use super::job::CENTRE;
use super::ledger::key;
use crate::App;
use crate::http::{ApiError, ApiResult};

/// Images of one job.
const BATCH: usize = 50;

/// Keys that are looked up at once.
const KEYS: usize = 500;

/// The payload of a job `rematch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RematchWork {
    pub(crate) digests: Vec<String>,
    /// `advisories` or `policy`.
    pub(crate) cause: String,
}

/// Enqueues what a newer database may change; how many images were touched by name.
///
/// # Errors
/// Those of the store.
pub(crate) async fn advisories(app: &App, before: Arc<Db>, after: Arc<Db>) -> ApiResult<usize> {
    let changes = tokio::task::spawn_blocking(move || Changes::between(&before, &after)).await;
    let changes = changes.map_err(ApiError::internal)?;
    let changes = changes.map_err(ApiError::internal)?;
    let keys: Vec<String> = changes.packages.iter().map(|(s, n)| key(s, n)).collect();
    let mut touched = BTreeSet::new();
    for keys in keys.chunks(KEYS) {
        let components = app.store.components_by_keys(keys).await?;
        let ids: Vec<i64> = components.iter().map(|component| component.id).collect();
        if !ids.is_empty() {
            touched.extend(app.store.all_images_with(&ids).await?);
        }
    }
    let first: Vec<String> = touched.iter().cloned().collect();
    enqueue(app, &first, "advisories", false).await?;
    rest(app, "advisories", &touched).await?;
    Ok(first.len())
}

/// Enqueues every image, as a sweep.
///
/// # Errors
/// Those of the store.
pub(crate) async fn everything(app: &App, cause: &str) -> ApiResult<()> {
    rest(app, cause, &BTreeSet::new()).await
}

async fn rest(app: &App, cause: &str, but: &BTreeSet<String>) -> ApiResult<()> {
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.images(&ImageFilter::default(), &paging).await?;
        let digests: Vec<String> = page
            .items
            .into_iter()
            .map(|row| row.image.digest)
            .filter(|digest| !but.contains(digest))
            .collect();
        enqueue(app, &digests, cause, true).await?;
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(()),
        }
    }
}

async fn enqueue(app: &App, digests: &[String], cause: &str, sweep: bool) -> ApiResult<()> {
    let now = app.now();
    let mut jobs = Vec::new();
    for digests in digests.chunks(BATCH) {
        let work = RematchWork {
            digests: digests.to_vec(),
            cause: cause.to_owned(),
        };
        let payload = serde_json::to_string(&work).map_err(ApiError::internal)?;
        let mut job = NewJob::new("rematch", CENTRE, payload, now);
        job.priority = if sweep { 0 } else { 10 };
        job.sweep = sweep;
        jobs.push(job);
    }
    for jobs in jobs.chunks(500) {
        app.store.enqueue(jobs, now).await?;
    }
    app.wake.notify_waiters();
    Ok(())
}
