//! Where registries send their events.
//!
//! Not below `/api/v1`, and not in the description: the shapes are theirs.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use lazaret_wire::api::{EventOutcome, RegistryKind};
use serde::Deserialize;

use crate::App;
use crate::auth::basic_or_bearer;
use crate::http::{ApiError, ApiResult, Ask, At};
use crate::watch::Secrets;
use crate::work::{self, Wanted};
use lazaret_wire::event::{MAX_EVENT, read};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/events/{kind}/{id}", post(take))
        .layer(DefaultBodyLimit::max(MAX_EVENT))
}

#[derive(Deserialize)]
struct Query {
    /// For senders that can set no header.
    secret: Option<String>,
}

/// The secret, wherever the sender can put it: Harbor's header is sent as it is typed.
fn shown(headers: &HeaderMap, query: Query) -> Option<String> {
    let header = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    header("x-lazaret-secret")
        .or_else(|| basic_or_bearer(headers))
        .or_else(|| header(AUTHORIZATION.as_str()))
        .or(query.secret)
}

async fn take(
    State(app): State<App>,
    At((kind, id)): At<(String, String)>,
    Ask(query): Ask<Query>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<Response> {
    let shown = shown(&headers, query).unwrap_or_default();
    let kind = RegistryKind::by_name(&kind);
    let registry = app.store.registry(&id).await?;
    // Whoever does not know the secret does not learn which registries there are.
    let wrong = || ApiError::unauthorized("the event does not carry the registry's secret");
    let (Some(kind), Some(registry)) = (kind, registry) else {
        return Err(wrong());
    };
    let is_kind = registry.kind.as_str() == kind.name();
    if !is_kind || !Secrets::of(&registry, &app.keys)?.prove(&shown) {
        return Err(wrong());
    }
    let events = read(kind, &body).map_err(|e| ApiError::malformed(e.to_string()))?;
    app.metrics.event(kind.name());
    if let Some(answer) = events.answer {
        return Ok(Json(answer).into_response());
    }
    let wanted: Vec<Wanted> = events
        .pushes
        .iter()
        .map(|push| Wanted {
            repository: push.repository.clone(),
            tag: push.tag.clone(),
            digest: push.digest.as_ref().map(ToString::to_string),
        })
        .collect();
    let outcome = EventOutcome {
        pushes: wanted.len(),
        ignored: events.ignored,
        jobs: match registry.paused {
            true => 0,
            false => work::enqueue_scans(&app, &registry, &wanted, work::Urgency::Push).await?,
        },
    };
    Ok((StatusCode::ACCEPTED, Json(outcome)).into_response())
}
