//! What the unit answers: probes, metrics, and verdicts for the gates of its region.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::header::{AGE, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
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

use super::{Shared, lock};
use crate::verdict::Follow;

/// How long the centre may take to say what it knows of an image.
const ASK: Duration = Duration::from_secs(5);

/// After how long without an answer of the centre the unit says that it is cut off.
const CUT_OFF: i64 = 120;

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
        .with_state(shared)
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
}

/// The next bundle for a gate that holds a generation, as the centre has signed it.
async fn bundle(State(shared): State<Arc<Shared>>, Query(query): Query<BundleQuery>) -> Response {
    let (_, age) = shared.bundle(Timestamp::now());
    let shelf = lock(&shared.shelf);
    let mut response = match shelf.after(query.generation) {
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
    let on_unknown = lock(&shared.shelf).on_unknown();
    if let Some(verdict) = held {
        return Json(VerdictAnswer {
            verdict,
            on_unknown,
            link: String::new(),
        })
        .into_response();
    }
    let client = shared.client();
    let asked = Follow::ask(&client, &query, ASK).await;
    shared.heard(&asked);
    match asked {
        Ok(answer) => Json(answer).into_response(),
        // Cut off: what was decided here, or nobody has looked as far as anybody here knows.
        Err(_) => {
            let own = lock(&shared.own).find(&query.registry, &query.repository, &query.digest);
            if let Some(verdict) = own {
                return Json(VerdictAnswer {
                    verdict,
                    on_unknown,
                    link: String::new(),
                })
                .into_response();
            }
            let verdict = GateVerdict {
                host: query.registry,
                repository: query.repository,
                digest: query.digest,
                state: HoldState::Unknown,
                reason: String::new(),
                until: None,
                since: Timestamp::now(),
                ..GateVerdict::default()
            };
            Json(VerdictAnswer {
                verdict,
                on_unknown,
                link: String::new(),
            })
            .into_response()
        }
    }
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
        "running": shared.running.load(Ordering::Relaxed),
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

/// The numbers for Prometheus, in its text format 0.0.4.
async fn metrics(State(shared): State<Arc<Shared>>) -> (HeaderMap, String) {
    let of = |n: &AtomicU64| n.load(Ordering::Relaxed);
    let waiting = shared.spool.waiting();
    let now = Timestamp::now();
    let (generation, age) = shared.bundle(now);
    let seconds = |then: Timestamp| now.duration_since(then).as_secs().max(0).cast_unsigned();
    let left = lock(&shared.kept).expires_at.duration_since(now).as_secs();
    let heard = lock(&shared.heard).map_or(0, seconds);
    let rows = [
        (
            "images_total",
            "counter",
            "Images looked at",
            of(&shared.images),
        ),
        (
            "failures_total",
            "counter",
            "Jobs that failed",
            of(&shared.failed),
        ),
        (
            "fenced_total",
            "counter",
            "Results that somebody else had given",
            of(&shared.fenced),
        ),
        ("running", "gauge", "Jobs that run", of(&shared.running)),
        (
            "layer_bytes_read_total",
            "counter",
            "Bytes of layers read beside registries",
            of(&shared.layer_bytes),
        ),
        // No call of the protocol takes a layer; the number is here so that it can be watched.
        (
            "layer_bytes_sent_total",
            "counter",
            "Bytes of layers sent to the centre",
            0,
        ),
        (
            "inventory_bytes_sent_total",
            "counter",
            "Bytes of inventories sent to the centre",
            of(&shared.inventory_bytes),
        ),
        (
            "spool_bytes",
            "gauge",
            "Bytes that wait on disk",
            waiting.bytes,
        ),
        (
            "spool_limit_bytes",
            "gauge",
            "Bytes that may wait on disk",
            shared.settings.spool_limit,
        ),
        (
            "spool_results",
            "gauge",
            "Results that wait",
            waiting.results,
        ),
        (
            "spool_events",
            "gauge",
            "Raw events that wait",
            waiting.events,
        ),
        (
            "spool_dropped_events_total",
            "counter",
            "Raw events dropped for want of room",
            waiting.dropped,
        ),
        (
            "bundle_generation",
            "gauge",
            "Generation of the bundle",
            generation.max(0).cast_unsigned(),
        ),
        (
            "bundle_age_seconds",
            "gauge",
            "Since the centre last said that the bundle is the newest",
            age.unwrap_or(0).cast_unsigned(),
        ),
        (
            "centre_silent_seconds",
            "gauge",
            "Since the centre last answered",
            heard,
        ),
        (
            "certificate_seconds_left",
            "gauge",
            "Until the certificate ends",
            left.max(0).cast_unsigned(),
        ),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in rows {
        text += &format!(
            "# HELP lazaret_edge_{name} {help}\n# TYPE lazaret_edge_{name} {kind}\nlazaret_edge_{name} {value}\n"
        );
    }
    if let Some(counts) = lazaret_trace::counts() {
        text += "# HELP lazaret_trace_spans_total Spans by what became of them\n\
                 # TYPE lazaret_trace_spans_total counter\n";
        for (outcome, count) in counts.by_outcome() {
            text += &format!("lazaret_trace_spans_total{{outcome=\"{outcome}\"}} {count}\n");
        }
    }
    let mut headers = HeaderMap::new();
    let kind = axum::http::HeaderValue::from_static("text/plain; version=0.0.4");
    headers.insert(CONTENT_TYPE, kind);
    (headers, text)
}
