//! The queue, as people see it.

use std::collections::BTreeMap;

use lazaret_store::{By, JobFilter, JobRow, JobState as StoreState, Page, Paging, PoolSettings};
use lazaret_wire::api::{Job, JobCounts, JobQuery, JobState, Pool, PoolChange, ScanRequest};
use serde_json::Value;

use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::work::{self, ScanWork, Urgency};
use lazaret_wire::event::{is_repository, is_tag};

fn state(state: StoreState) -> JobState {
    match state {
        StoreState::Queued => JobState::Queued,
        StoreState::Running => JobState::Running,
        StoreState::Dead => JobState::Dead,
    }
}

fn store_state(state: JobState) -> StoreState {
    match state {
        JobState::Queued => StoreState::Queued,
        JobState::Running => StoreState::Running,
        JobState::Dead => StoreState::Dead,
    }
}

/// What a payload is about; never what is sealed in it.
fn subject(payload: &str) -> String {
    let payload: Value = serde_json::from_str(payload).unwrap_or_default();
    let part = |name: &str| payload[name].as_str().unwrap_or_default();
    let tag = match part("tag") {
        "" => String::new(),
        tag => format!(":{tag}"),
    };
    match (part("repository"), part("digest")) {
        ("", _) => part("registry").to_owned(),
        (repository, "") => format!("{repository}{tag}"),
        (repository, digest) => format!("{repository}{tag}@{digest}"),
    }
}

fn shown(row: JobRow) -> Job {
    Job {
        subject: subject(&row.payload),
        id: row.id,
        kind: row.kind,
        pool: row.pool,
        state: state(row.state),
        priority: row.priority,
        sweep: row.sweep,
        attempts: row.attempt,
        max_attempts: row.max_attempts,
        worker: row.locked_by,
        error: row.error,
        visible_from: row.visible_from,
        created_at: row.created_at,
    }
}

/// Jobs, newest first.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App, query: JobQuery, paging: &Paging) -> ApiResult<Page<Job>> {
    let filter = JobFilter {
        pool: query.pool,
        kind: query.kind,
        state: query.state.map(store_state),
    };
    let page = app.store.jobs(&filter, paging).await?;
    Ok(Page {
        items: page.items.into_iter().map(shown).collect(),
        next: page.next,
    })
}

/// A job that is not done.
///
/// # Errors
/// When there is none of that id, or it is done.
pub async fn read(app: &App, id: &str) -> ApiResult<Job> {
    let row = app.store.job(id).await?;
    let missing = || ApiError::not_found("there is no such job, or it is done");
    row.map(shown).ok_or_else(missing)
}

/// Every pool that has jobs or settings, by name.
///
/// # Errors
/// Those of the store.
pub async fn pools(app: &App) -> ApiResult<Vec<Pool>> {
    let mut pools: BTreeMap<String, Pool> = BTreeMap::new();
    let pool = |name: &str, settings: &PoolSettings| Pool {
        name: name.to_owned(),
        paused: settings.paused,
        capacity: settings.capacity,
        sweep_cap: settings.sweep_cap,
        jobs: Vec::new(),
    };
    for (name, settings) in app.store.pools().await? {
        pools.insert(name.clone(), pool(&name, &settings));
    }
    for counts in app.store.job_counts().await? {
        let unset = PoolSettings::default();
        let of = pools
            .entry(counts.pool.clone())
            .or_insert_with(|| pool(&counts.pool, &unset));
        of.jobs.push(JobCounts {
            state: state(counts.state),
            sweep: counts.sweep,
            jobs: counts.jobs,
            cost: counts.cost,
            oldest: counts.oldest,
        });
    }
    Ok(pools.into_values().collect())
}

/// Sets what an operator wants of a pool.
///
/// # Errors
/// When a value makes no sense.
pub async fn set_pool(app: &App, name: &str, change: &PoolChange, by: &By) -> ApiResult<()> {
    let most = |value: Option<u32>| value.is_none_or(|value| value <= 100_000);
    if name.is_empty() || name.len() > 100 || change.capacity == Some(0) {
        return Err(ApiError::invalid(
            "a pool has a name, and a capacity of 1 at least",
        ));
    }
    if !most(change.capacity) || !most(change.sweep_cap) {
        return Err(ApiError::invalid(
            "`capacity` and `sweep_cap` are at most 100000",
        ));
    }
    let settings = PoolSettings {
        paused: change.paused,
        capacity: change.capacity,
        sweep_cap: change.sweep_cap,
    };
    app.store.set_pool(name, &settings, by).await?;
    app.wake.notify_waiters();
    Ok(())
}

/// Brings a dead job back with all its attempts.
///
/// # Errors
/// When there is no such job, or it is not dead.
pub async fn requeue(app: &App, id: &str, by: &By) -> ApiResult<()> {
    match app.store.requeue_dead(&[id.to_owned()], by).await? {
        0 => Err(ApiError::not_found("there is no such dead job")),
        _ => {
            app.wake.notify_waiters();
            Ok(())
        }
    }
}

/// Drops a dead job.
///
/// # Errors
/// When there is no such job, or it is not dead.
pub async fn discard(app: &App, id: &str, by: &By) -> ApiResult<()> {
    match app.store.discard_dead(&[id.to_owned()], by).await? {
        0 => Err(ApiError::not_found("there is no such dead job")),
        _ => Ok(()),
    }
}

/// Enqueues a look at an image; the job, or the one that waits already.
///
/// # Errors
/// When the registry is not known, or a name can be none.
pub async fn scan(app: &App, request: ScanRequest, by: &By) -> ApiResult<String> {
    let registry = super::registry::row(app, &request.registry).await?;
    if !is_repository(&request.repository) {
        return Err(ApiError::invalid("`repository` can be none"));
    }
    let digest = request.reference.parse::<lazaret_model::Digest>();
    if digest.is_err() && !is_tag(&request.reference) {
        return Err(ApiError::invalid(
            "`reference` is neither a tag nor a digest",
        ));
    }
    let tag = digest.is_err().then(|| request.reference.clone());
    let work = ScanWork {
        registry: registry.id.clone(),
        repository: request.repository,
        tag,
        digest: digest.ok().map(|digest| digest.to_string()),
        authorization: None,
    };
    let job = work::enqueue_scan(app, &registry, &work, Urgency::Asked).await?;
    let object = format!("registry:{}", registry.id);
    let details =
        serde_json::json!({"repository": work.repository, "reference": request.reference});
    app.store
        .append_audit(by, "scan.request", &object, &details)
        .await?;
    Ok(job)
}
