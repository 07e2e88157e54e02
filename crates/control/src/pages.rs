//! What operators' tools ask: health, readiness, metrics.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lazaret_store::RunningCounts;

use crate::work::{self, Beside};
use crate::{App, queries};

/// Workloads that are told of one by one, where that is asked for.
const MOST_RUNNING: u32 = 5_000;

/// How long a database may take that is said to be ready.
const READY: Duration = Duration::from_secs(2);

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready as long as the database answers and the centre is not stopping.
async fn ready(State(app): State<App>) -> Response {
    if app.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    // Whoever asks for readiness waits a second or two; a request waits for the database longer.
    let answered = tokio::time::timeout(READY, app.store.ping()).await;
    let cause = match answered {
        Ok(Ok(())) => return "ready\n".into_response(),
        Ok(Err(cause)) => cause.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(cause, "not ready");
    let told = "the database does not answer\n";
    (StatusCode::SERVICE_UNAVAILABLE, told).into_response()
}

/// What is known of images that run beside their components, by its name; each is read once.
async fn beside(app: &App, rows: &[RunningCounts]) -> HashMap<String, Beside> {
    let mut known = HashMap::new();
    let names: BTreeSet<&String> = rows.iter().filter_map(|row| row.shell.as_ref()).collect();
    for name in names {
        if let Some(beside) = app.beside.get(name) {
            known.insert(name.clone(), beside);
            continue;
        }
        match app.store.shell(name).await {
            Ok(body) => {
                if let Some(beside) = work::beside(&body.unwrap_or_default()) {
                    app.beside.keep(name, &beside);
                    known.insert(name.clone(), beside);
                }
            }
            Err(cause) => tracing::warn!(%cause, "what is beside components is not counted"),
        }
    }
    known
}

async fn metrics(State(app): State<App>) -> Response {
    match app.store.job_counts().await {
        Ok(counts) => app.metrics.jobs(&counts),
        // What is counted in memory is told all the same.
        Err(cause) => tracing::warn!(%cause, "jobs not counted"),
    }
    match app.store.verdict_counts().await {
        Ok(counts) => app.metrics.verdicts(&counts),
        Err(cause) => tracing::warn!(%cause, "verdicts not counted"),
    }
    match queries::edge::list(&app).await {
        Ok(edges) => app.metrics.edges(&edges, &app.received, app.now()),
        Err(cause) => tracing::warn!(cause = %cause.problem(), "edges not counted"),
    }
    if app.settings.workload_metrics {
        match app.store.running_counts(MOST_RUNNING).await {
            Ok(rows) => app.metrics.running(&rows, &beside(&app, &rows).await),
            Err(cause) => tracing::warn!(%cause, "what runs is not counted"),
        }
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}
