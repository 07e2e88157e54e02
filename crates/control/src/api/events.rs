//! Where registries send their events.
//!
//! Not below `/api/v1`, and not in the description: the shapes are theirs.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use lazaret_store::Registry;
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
        .route("/events/{kind}/{id}", post(take).options(allow))
        .layer(DefaultBodyLimit::max(MAX_EVENT))
}

#[derive(Deserialize)]
struct Query {
    /// For senders that can set no header.
    secret: Option<String>,
}

/// The secret, wherever the sender can put it: Harbor's header is sent as it is typed. Clouds
/// sign in `Authorization` what they are told to send elsewhere, so every place is looked at.
fn shown(headers: &HeaderMap, query: Query) -> impl Iterator<Item = String> {
    let header = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let places = [
        header("x-lazaret-secret"),
        basic_or_bearer(headers),
        header(AUTHORIZATION.as_str()),
        query.secret,
    ];
    places.into_iter().flatten()
}

/// The registry that the sender knows the secret of.
async fn proved(
    app: &App,
    kind: &str,
    id: &str,
    headers: &HeaderMap,
    query: Query,
) -> ApiResult<(RegistryKind, Registry)> {
    // Whoever does not know the secret does not learn which registries there are.
    let wrong = || ApiError::unauthorized("the event does not carry the registry's secret");
    let kind = RegistryKind::by_name(kind).ok_or_else(wrong)?;
    let registry = app.store.registry(id).await?.ok_or_else(wrong)?;
    let secrets = Secrets::of(&registry, &app.keys)?;
    let is_proved = shown(headers, query).any(|secret| secrets.prove(&secret));
    match is_proved && registry.kind.as_str() == kind.name() {
        true => Ok((kind, registry)),
        false => Err(wrong()),
    }
}

/// Whether events may be sent here: what Event Grid asks before it sends CloudEvents.
///
/// Source: "CloudEvents 1.0: HTTP 1.1 Web Hooks", 4. A code that is to be sent to an address
/// of the sender is not read: the answer is enough.
async fn allow(
    State(app): State<App>,
    At((kind, id)): At<(String, String)>,
    Ask(query): Ask<Query>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    proved(&app, &kind, &id, &headers, query).await?;
    let origin = headers.get("webhook-request-origin");
    let origin = origin.ok_or_else(|| {
        ApiError::malformed("the header `WebHook-Request-Origin` says who wants to send events")
    })?;
    let answer = [
        ("webhook-allowed-origin", origin.clone()),
        ("webhook-allowed-rate", HeaderValue::from_static("*")),
        ("allow", HeaderValue::from_static("POST, OPTIONS")),
    ];
    Ok((StatusCode::OK, answer).into_response())
}

async fn take(
    State(app): State<App>,
    At((kind, id)): At<(String, String)>,
    Ask(query): Ask<Query>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<Response> {
    let (kind, registry) = proved(&app, &kind, &id, &headers, query).await?;
    let events = read(kind, &body).map_err(|e| ApiError::malformed(e.to_string()))?;
    app.metrics.event(kind.name());
    if let Some(page) = &events.confirm {
        // Opened by a person, never by the centre: the address is the sender's.
        tracing::warn!(
            registry = registry.name,
            page,
            "SNS asks to confirm its subscription; open the page"
        );
    }
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
