//! What the unit answers: probes, metrics, and verdicts for the gates of its region.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::header::{AGE, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::{GateVerdict, VerdictAnswer, VerdictQuery};
use lazaret_wire::{PROBLEM_JSON, Problem};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::outward::Sent;
use super::{Shared, lock, numbers};
use crate::verdict::Follow;

/// How long the centre may take to say what it knows of an image.
const ASK: Duration = Duration::from_secs(5);

/// After how long without an answer of the centre the unit says that it is cut off.
const CUT_OFF: i64 = 120;

/// Largest answer, in bytes: a bundle as it is signed, with its quotes.
const MAX_ANSWER: usize = lazaret_wire::sign::MAX_PAYLOAD / 3 * 4 + 4096;

/// What is answered.
pub(super) fn app(shared: Arc<Shared>) -> Router {
    let gates = Router::new()
        .route("/edge/v1/bundle", get(bundle))
        .route("/edge/v1/verdict", get(verdict))
        .layer(from_fn_with_state(Arc::clone(&shared), is_gate));
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .merge(gates)
        .layer(from_fn_with_state(Arc::clone(&shared), counted))
        .with_state(shared)
}

/// Counts every body that is answered; one of no known kind does not leave.
async fn counted(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let kind = Sent::of_answer(request.uri().path());
    let (head, body) = next.run(request).await.into_parts();
    // All of them are made in memory: nothing is copied here.
    let Ok(bytes) = to_bytes(body, MAX_ANSWER).await else {
        shared.outward.refuse();
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match kind {
        Some(kind) => shared.outward.count(kind, &bytes),
        None if bytes.is_empty() => {}
        None => {
            shared.outward.refuse();
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    Response::from_parts(head, Body::from(bytes))
}

/// Lets gates through that show the token.
async fn is_gate(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Some(token) = &shared.settings.gate_token else {
        return next.run(request).await;
    };
    let shown = request.headers().get(AUTHORIZATION);
    let shown = shown.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    // Digests are compared, so that the time of the comparison tells nothing.
    let is_right = shown.is_some_and(|shown| Sha256::digest(shown) == Sha256::digest(token));
    match is_right {
        true => next.run(request).await,
        false => problem(401, "unauthorized", "a gate must show its token"),
    }
}

fn problem(status: u16, code: &str, title: &str) -> Response {
    let body = serde_json::to_vec(&Problem::new(status, code, title, "")).unwrap_or_default();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response()
}

#[derive(Deserialize)]
struct BundleQuery {
    #[serde(default)]
    generation: i64,
    #[serde(default)]
    digest: String,
}

/// The next bundle for a gate that holds a generation, as the centre has signed it.
async fn bundle(State(shared): State<Arc<Shared>>, Query(query): Query<BundleQuery>) -> Response {
    let (_, age) = shared.bundle(Timestamp::now());
    let shelf = lock(&shared.shelf);
    let mut response = match shelf.after(query.generation, &query.digest) {
        Some(signed) => Json(signed).into_response(),
        None if shelf.generation() == 0 => {
            return problem(503, "no_bundle", "this unit has no bundle yet");
        }
        None => StatusCode::NOT_MODIFIED.into_response(),
    };
    // What a gate says of the age of its verdicts is how long the centre has been silent.
    if let Some(age) = age {
        response.headers_mut().insert(AGE, age.into());
    }
    response
}

/// What is held of a digest; where that is nothing, what the centre knows.
async fn verdict(State(shared): State<Arc<Shared>>, Query(query): Query<VerdictQuery>) -> Response {
    let held = lock(&shared.shelf).find(&query.registry, &query.repository, &query.digest);
    if let Some(verdict) = held {
        return told(&shared, verdict);
    }
    let client = shared.client();
    let asked = Follow::ask(&client, &query, ASK).await;
    shared.heard(&asked);
    if let Ok(answer) = asked {
        return Json(answer).into_response();
    }
    // Cut off: what was decided here, or nobody has looked as far as anybody here knows.
    let own = lock(&shared.own).find(&query.registry, &query.repository, &query.digest);
    let verdict = own.unwrap_or_else(|| GateVerdict {
        host: query.registry,
        repository: query.repository,
        digest: query.digest,
        state: HoldState::Unknown,
        since: Timestamp::now(),
        ..GateVerdict::default()
    });
    told(&shared, verdict)
}

/// A verdict of what is here.
fn told(shared: &Shared, verdict: GateVerdict) -> Response {
    let answer = VerdictAnswer {
        verdict,
        on_unknown: lock(&shared.shelf).on_unknown(),
        link: String::new(),
    };
    Json(answer).into_response()
}

/// Whether the unit works. A unit that is cut off is ready: it goes on with what it has.
async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let now = Timestamp::now();
    let seconds = |then: Timestamp| now.duration_since(then).as_secs().max(0);
    let heard = lock(&shared.heard).map(seconds);
    let (generation, age) = shared.bundle(now);
    let waiting = shared.spool.waiting();
    let is_ready = !shared.is_stopping();
    let told = serde_json::json!({
        "ready": is_ready,
        "edge": lock(&shared.kept).edge,
        "region": shared.settings.region,
        "cut_off": heard.is_none_or(|seconds| seconds > CUT_OFF),
        "centre_heard_seconds": heard,
        "bundle_generation": generation,
        "bundle_age_seconds": age,
        "certificate_expires_at": lock(&shared.kept).expires_at,
        "running": shared.counts.running.load(Ordering::Relaxed),
        "spooled_results": waiting.results,
        "spooled_bytes": waiting.bytes,
        "dropped_events": waiting.dropped,
        "disk_full": shared.spool.is_without_room(),
        "trouble": *lock(&shared.trouble),
    });
    let status = match is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(told)).into_response()
}

/// The numbers for Prometheus.
async fn metrics(State(shared): State<Arc<Shared>>) -> (HeaderMap, String) {
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("text/plain; version=0.0.4");
    headers.insert(CONTENT_TYPE, kind);
    (headers, numbers::text(&shared, Timestamp::now()))
}
