//! Registries that are watched.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_wire::api::{NewRegistry, Registry, RegistryChange};
use lazaret_wire::{Page, PageQuery, Problem};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Admin, Analyst, Viewer};
use crate::http::{ApiResult, Ask, At, Body, IfMatch};
use crate::queries::registry as queries;
use crate::work;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, change, remove))
        .routes(routes!(renew_secret))
        .routes(routes!(list_now))
}

/// A registry, and the secret of its events where one was made.
#[derive(Serialize, utoipa::ToSchema)]
struct RegistryMade {
    #[serde(flatten)]
    registry: Registry,
    /// What its events must carry; shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    events_secret: Option<String>,
}

impl From<queries::Made> for RegistryMade {
    fn from(made: queries::Made) -> Self {
        Self {
            registry: made.registry,
            events_secret: made.events_secret,
        }
    }
}

/// Registries, by name.
#[utoipa::path(get, path = "/api/v1/registries", tag = "registries", params(PageQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<Registry>), (status = 422, body = Problem)))]
async fn list(
    _: Viewer,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Json<Page<Registry>>> {
    let page = queries::list(&app, &paging(&query)?).await?;
    Ok(answer(page, |registry| registry))
}

/// Watch a registry.
#[utoipa::path(post, path = "/api/v1/registries", tag = "registries", request_body = NewRegistry,
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 201, body = RegistryMade), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn create(
    Admin(actor): Admin,
    State(app): State<App>,
    Body(new): Body<NewRegistry>,
) -> ApiResult<(StatusCode, Json<RegistryMade>)> {
    let made = queries::create(&app, new, &actor.by(app.now())).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// A registry.
#[utoipa::path(get, path = "/api/v1/registries/{id}", tag = "registries",
    params(("id" = String, Path)),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Registry), (status = 404, body = Problem)))]
async fn read(_: Viewer, State(app): State<App>, At(id): At<String>) -> ApiResult<Json<Registry>> {
    queries::read(&app, &id).await.map(Json)
}

/// Change a registry: a JSON merge patch, `null` takes away.
#[utoipa::path(patch, path = "/api/v1/registries/{id}", tag = "registries",
    params(("id" = String, Path)), request_body = RegistryChange,
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = Registry), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    Admin(actor): Admin,
    State(app): State<App>,
    At(id): At<String>,
    seen: IfMatch,
    Body(change): Body<RegistryChange>,
) -> ApiResult<Json<Registry>> {
    let by = actor.by(app.now());
    queries::change(&app, &id, &change, &seen, &by)
        .await
        .map(Json)
}

/// Watch a registry no longer. What is known of its images stays.
#[utoipa::path(delete, path = "/api/v1/registries/{id}", tag = "registries",
    params(("id" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 204), (status = 404, body = Problem)))]
async fn remove(
    Admin(actor): Admin,
    State(app): State<App>,
    At(id): At<String>,
    seen: IfMatch,
) -> ApiResult<StatusCode> {
    queries::remove(&app, &id, &seen, &actor.by(app.now())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give the events of a registry another secret, which is shown once.
#[utoipa::path(post, path = "/api/v1/registries/{id}/events-secret", tag = "registries",
    params(("id" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = RegistryMade), (status = 404, body = Problem)))]
async fn renew_secret(
    Admin(actor): Admin,
    State(app): State<App>,
    At(id): At<String>,
) -> ApiResult<Json<RegistryMade>> {
    let by = actor.by(app.now());
    let made = queries::renew_events_secret(&app, &id, &by).await?;
    Ok(Json(made.into()))
}

/// List a registry now.
#[utoipa::path(post, path = "/api/v1/registries/{id}/list", tag = "registries",
    params(("id" = String, Path)),
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 202), (status = 404, body = Problem)))]
async fn list_now(_: Analyst, State(app): State<App>, At(id): At<String>) -> ApiResult<StatusCode> {
    let registry = queries::row(&app, &id).await?;
    work::enqueue_list(&app, &registry).await?;
    Ok(StatusCode::ACCEPTED)
}
