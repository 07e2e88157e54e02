//! What is enqueued.

use jiff::Timestamp;
use lazaret_store::{NewJob, Registry};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::http::{ApiError, ApiResult};

/// The pool of the centre's own workers.
pub(super) const CENTRE: &str = "centre";

/// Jobs that are taken in at once.
const BATCH: usize = 500;

/// An image that is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) repository: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
}

/// Who waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A person.
    Asked,
    /// A pipeline that has pushed.
    Push,
    /// Nobody: a list found it.
    Sweep,
}

/// The payload of a job `scan`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScanWork {
    /// Id of the registry.
    pub(crate) registry: String,
    pub(crate) repository: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<String>,
    /// A credential for this image alone, sealed for `job`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorization: Option<String>,
}

impl ScanWork {
    /// Two jobs with the same key would do the same.
    fn key(&self) -> String {
        let what = self.digest.as_deref().or(self.tag.as_deref());
        let tag = self.tag.as_deref().unwrap_or_default();
        let what = what.unwrap_or_default();
        format!("scan:{}:{}:{tag}@{what}", self.registry, self.repository)
    }
}

/// The payload of a job `list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListWork {
    /// Id of the registry.
    pub(crate) registry: String,
}

/// The pool of a registry's jobs.
fn pool(registry: &Registry) -> &str {
    match registry.region.as_str() {
        "" => CENTRE,
        region => region,
    }
}

/// Enqueues looks at images; how many jobs that made. Where one waits already, none.
pub(crate) async fn enqueue_scans(
    app: &App,
    registry: &Registry,
    wanted: &[Wanted],
    urgency: Urgency,
) -> ApiResult<usize> {
    let now = app.now();
    let mut fresh = 0;
    for batch in wanted.chunks(BATCH) {
        let jobs: Vec<NewJob> = batch
            .iter()
            .map(|wanted| {
                let work = ScanWork {
                    registry: registry.id.clone(),
                    repository: wanted.repository.clone(),
                    tag: wanted.tag.clone(),
                    digest: wanted.digest.clone(),
                    authorization: None,
                };
                job(registry, &work, urgency, now)
            })
            .collect::<ApiResult<_>>()?;
        let enqueued = app.store.enqueue(&jobs, now).await?;
        fresh += enqueued.iter().filter(|e| e.fresh).count();
    }
    if fresh > 0 {
        app.wake.notify_waiters();
    }
    Ok(fresh)
}

/// Enqueues one look at an image; the job, or the one that waits already.
pub(crate) async fn enqueue_scan(
    app: &App,
    registry: &Registry,
    work: &ScanWork,
    urgency: Urgency,
) -> ApiResult<String> {
    let now = app.now();
    let job = job(registry, work, urgency, now)?;
    let enqueued = app.store.enqueue(&[job], now).await?;
    app.wake.notify_waiters();
    let enqueued = enqueued.into_iter().next();
    enqueued
        .map(|enqueued| enqueued.id)
        .ok_or_else(|| ApiError::internal("no answer for a job"))
}

fn job(
    registry: &Registry,
    work: &ScanWork,
    urgency: Urgency,
    now: Timestamp,
) -> ApiResult<NewJob> {
    let payload = serde_json::to_string(work).map_err(ApiError::internal)?;
    let mut job = NewJob::new("scan", pool(registry), payload, now);
    job.priority = match urgency {
        Urgency::Asked => 30,
        Urgency::Push => 20,
        Urgency::Sweep => 0,
    };
    job.sweep = urgency == Urgency::Sweep;
    // What a list finds are traces of their own: one of ten thousand images shows nothing.
    if job.sweep {
        job.traceparent = None;
    }
    job.dedupe_key = Some(work.key());
    Ok(job)
}

/// Enqueues the listing of a registry. The centre lists: a list is small, and an edge knows
/// no database to compare it with.
pub(crate) async fn enqueue_list(app: &App, registry: &Registry) -> ApiResult<()> {
    let now = app.now();
    let work = ListWork {
        registry: registry.id.clone(),
    };
    let payload = serde_json::to_string(&work).map_err(ApiError::internal)?;
    let mut job = NewJob::new("list", CENTRE, payload, now);
    job.priority = 10;
    job.dedupe_key = Some(format!("list:{}", registry.id));
    // Each goes on where the one before was cut off.
    job.max_attempts = 10;
    app.store.enqueue(&[job], now).await?;
    app.wake.notify_waiters();
    Ok(())
}
