//! Jobs of a region: leased, kept alive, completed, failed; inventories taken in.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::SignedDuration;
use lazaret_image::registry;
use lazaret_model::Digest;
use lazaret_store::{Done, Failed, JobRow, Lease, Leased, Settled};
use lazaret_wire::edge::{
    CompleteRequest, FailRequest, HeartbeatAnswer, HeartbeatRequest, ImageAccess, LeaseAnswer,
    LeaseRequest, LeasedJob, ScanResult, Work,
};
use tracing::Instrument as _;

use super::known::EdgeActor;
use crate::App;
use crate::http::{ApiError, ApiResult, At, Body};
use crate::spans::step;
use crate::watch::{Secrets, host_of, options, reference};
use crate::work::{Examined, Found, ScanWork, decide, inventory, record};

/// How long a lease holds without a heartbeat.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Most jobs of a call.
const MOST: u32 = 200;

/// Longest wait for work, in seconds.
const LONGEST_WAIT: u32 = 30;

pub(super) async fn lease(
    edge: EdgeActor,
    State(app): State<App>,
    Body(request): Body<LeaseRequest>,
) -> ApiResult<Json<LeaseAnswer>> {
    if !(1..=MOST).contains(&request.free) || request.wait_seconds > LONGEST_WAIT {
        return Err(ApiError::invalid(
            "`free` is 1 to 200, `wait_seconds` at most 30",
        ));
    }
    edge.heard(&app, &request.counters).await?;
    let lease = Lease {
        worker: edge.edge.id.clone(),
        pools: vec![edge.edge.region.clone()],
        jobs: request.free,
        units: None,
        ttl: LEASE,
    };
    let wait = Duration::from_secs(request.wait_seconds.into());
    let until = tokio::time::Instant::now() + wait;
    let mut jobs = Vec::new();
    // Made before the look, so that what is enqueued after it is heard.
    let mut bell = app.store.bell();
    loop {
        // Shut out while it waited: nothing is given to it any more.
        if !edge.is_known(&app).await? {
            return Err(ApiError::unauthorized("the edge was shut out"));
        }
        for leased in app.store.lease(&lease, app.now()).await? {
            jobs.extend(shown(&app, leased).await?);
        }
        if !jobs.is_empty() || tokio::time::Instant::now() >= until || app.is_stopping() {
            break;
        }
        // Another process may have written to the same SQLite file: nobody rings then.
        let pause = bell.wait(Duration::from_secs(1));
        let mut stop = app.stop.clone();
        tokio::select! {
            _ = pause => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    Ok(Json(LeaseAnswer {
        jobs,
        bundle_generation: app.generation().await?,
        advisories: app.advisories.current().digest().to_string(),
    }))
}

/// A job as the edge gets it; one that makes no sense is settled here.
async fn shown(app: &App, leased: Leased) -> ApiResult<Option<LeasedJob>> {
    match access(app, &leased).await {
        Ok(Some(access)) => Ok(Some(LeasedJob {
            id: leased.id,
            fence: leased.fence,
            attempt: leased.attempt.into(),
            expires_at: leased.until,
            work: Work::Scan(access),
            trace: leased.traceparent,
        })),
        Ok(None) => {
            let done = Done {
                id: leased.id,
                fence: leased.fence,
                then: Vec::new(),
            };
            app.store.complete(&[done], app.now()).await?;
            Ok(None)
        }
        Err((error, retry)) => {
            let failed = Failed {
                id: leased.id,
                fence: leased.fence,
                error,
                retry,
            };
            app.store.fail(&[failed], app.now()).await?;
            Ok(None)
        }
    }
}

/// How the image of a job is reached; `None`: its registry is watched no longer.
async fn access(app: &App, leased: &Leased) -> Result<Option<ImageAccess>, (String, bool)> {
    let finally = |error: String| (error, false);
    if leased.kind != "scan" {
        return Err(finally(format!("an edge does no `{}`", leased.kind)));
    }
    let work: ScanWork =
        serde_json::from_str(&leased.payload).map_err(|e| finally(e.to_string()))?;
    let registry = app.store.registry(&work.registry).await;
    let Some(registry) = registry.map_err(|e| (e.to_string(), true))? else {
        return Ok(None);
    };
    let (host, plain_http) = host_of(&registry.url).map_err(finally)?;
    let secrets = Secrets::of(&registry, &app.keys).map_err(|e| finally(e.to_string()))?;
    let credential = secrets.credential.clone();
    let digest = match &work.digest {
        Some(digest) => digest.clone(),
        // An event named the tag alone.
        None => {
            let tag = work.tag.as_deref();
            let named = reference(&host, &work.repository, tag, None);
            let named = named.map_err(|e| finally(e.to_string()))?;
            let options = options(&host, plain_http, &secrets, app.settings.link_local);
            let resolved = tokio::task::spawn_blocking(move || registry::digest(&named, &options));
            let resolved = resolved.await.map_err(|e| (e.to_string(), true))?;
            resolved
                .map_err(|e| (e.to_string(), e.may_pass()))?
                .to_string()
        }
    };
    Ok(Some(ImageAccess {
        registry: registry.id,
        host,
        plain_http,
        link_local: app.settings.link_local,
        username: credential.as_ref().map(|c| c.username.clone()),
        password: credential.map(|c| c.password),
        repository: work.repository,
        digest,
        tag: work.tag,
    }))
}

pub(super) async fn heartbeat(
    _: EdgeActor,
    State(app): State<App>,
    Body(request): Body<HeartbeatRequest>,
) -> ApiResult<Json<HeartbeatAnswer>> {
    let held: Vec<(String, i64)> = request
        .jobs
        .into_iter()
        .map(|job| (job.id, job.fence))
        .collect();
    let lost = app.store.heartbeat(&held, app.now(), LEASE).await?;
    Ok(Json(HeartbeatAnswer { lost }))
}

pub(super) async fn blob(
    edge: EdgeActor,
    State(app): State<App>,
    At(digest): At<String>,
    body: Bytes,
) -> ApiResult<StatusCode> {
    app.received.blob(&edge.edge.id, body.len() as u64);
    if lazaret_store::digest_of(&body) != digest {
        return Err(ApiError::invalid("the bytes do not have that digest"));
    }
    // Layers begin otherwise, and there is no other call that takes bytes.
    if body.first() != Some(&b'{') {
        return Err(ApiError::invalid("the bytes are no inventory"));
    }
    let is_there = app.store.has_blob(&digest).await?;
    // Also where it is there: from now on it is kept for what will refer to it.
    app.store.put_blob(body.to_vec(), app.now()).await?;
    Ok(if is_there {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    })
}

pub(super) async fn complete(
    edge: EdgeActor,
    State(app): State<App>,
    Body(request): Body<CompleteRequest>,
) -> ApiResult<StatusCode> {
    if !(1..=64).contains(&request.results.len()) {
        return Err(ApiError::invalid("`results` are 1 to 64"));
    }
    let row = held(&app, &edge, &request.job).await?;
    let work: ScanWork = serde_json::from_str(&row.payload).map_err(ApiError::internal)?;
    let mut examined = Vec::new();
    for result in request.results {
        examined.push(one(&app, result).await?);
    }
    let of_one = || match examined.as_slice() {
        [only] => Some(only.digest.clone()),
        _ => None,
    };
    let named = work
        .digest
        .as_deref()
        .and_then(|d| d.parse::<Digest>().ok());
    let digest = named.or_else(of_one);
    let digest = digest.ok_or_else(|| ApiError::invalid("which digest it was is not known"))?;
    let found = Found {
        registry: work.registry,
        repository: work.repository,
        tag: work.tag.unwrap_or_default(),
        digest,
    };
    let now = app.now();
    let recorded = record(&app, &found, examined, now).instrument(step!("record"));
    let digests = recorded.await?;
    decide(&app, &digests, "scan").await?;
    let done = Done {
        id: request.job,
        fence: request.fence,
        then: Vec::new(),
    };
    settled(&app.store.complete(&[done], now).await?)
}

/// The job, as long as this edge has it.
async fn held(app: &App, edge: &EdgeActor, id: &str) -> ApiResult<JobRow> {
    let row = app.store.job(id).await?;
    let is_own = |row: &JobRow| row.locked_by.as_deref() == Some(&edge.edge.id);
    row.filter(is_own)
        .ok_or_else(|| ApiError::fenced("the job is done, or somebody else's"))
}

/// A result, with its inventory: what it says of itself must be what the edge says of it.
async fn one(app: &App, result: ScanResult) -> ApiResult<Examined> {
    let digest: Digest = result
        .digest
        .parse()
        .map_err(|_| ApiError::invalid("`digest` is no digest"))?;
    let inventory = inventory(app, &result.inventory).await?;
    if inventory.target.digest.as_ref() != Some(&digest) {
        return Err(ApiError::invalid("the inventory is of another image"));
    }
    let layers = inventory.target.layers.iter();
    Ok(Examined {
        platform: result.platform,
        size_bytes: u64::try_from(result.size_bytes).unwrap_or(0),
        layers: layers
            .map(|layer| layer.digest.as_ref().unwrap_or(&layer.diff_id).to_string())
            .collect(),
        digest,
        inventory,
    })
}

pub(super) async fn fail(
    edge: EdgeActor,
    State(app): State<App>,
    Body(request): Body<FailRequest>,
) -> ApiResult<StatusCode> {
    held(&app, &edge, &request.job).await?;
    let failed = Failed {
        id: request.job,
        fence: request.fence,
        error: request.error.chars().take(4000).collect(),
        retry: !request.is_final,
    };
    settled(&app.store.fail(&[failed], app.now()).await?)
}

fn settled(settled: &[Settled]) -> ApiResult<StatusCode> {
    match settled.contains(&Settled::Fenced) {
        true => Err(ApiError::fenced("somebody else has the job")),
        false => Ok(StatusCode::NO_CONTENT),
    }
}
