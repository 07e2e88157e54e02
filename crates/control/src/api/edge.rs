//! Edges, as the centre sees them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_wire::Problem;
use lazaret_wire::api::{EdgeUnit, JoinToken, NewJoinToken};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::auth::{Admin, Viewer};
use crate::http::{ApiResult, At, Body, Untagged};
use crate::queries::edge as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(join_token))
        .routes(routes!(revoke))
}

/// Edges that have joined, by region and name; those that were shut out are left out.
#[utoipa::path(get, path = "/api/v1/edges", tag = "edges",
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Vec<EdgeUnit>)))]
async fn list(_: Viewer, State(app): State<App>) -> ApiResult<Json<Vec<EdgeUnit>>> {
    queries::list(&app).await.map(Json)
}

/// Make a one-time token for an edge to join with. It is shown once.
#[utoipa::path(post, path = "/api/v1/edges/tokens", tag = "edges", request_body = NewJoinToken,
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 201, body = JoinToken), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn join_token(
    Admin(actor): Admin,
    State(app): State<App>,
    Body(new): Body<NewJoinToken>,
) -> ApiResult<(StatusCode, Json<JoinToken>)> {
    let made = queries::join_token(&app, new, &actor.by(app.now())).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Shut an edge out: none of its certificates opens anything from then on.
#[utoipa::path(delete, path = "/api/v1/edges/{id}", tag = "edges", params(("id" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 204), (status = 404, body = Problem)))]
async fn revoke(
    Admin(actor): Admin,
    State(app): State<App>,
    At(id): At<String>,
    _: Untagged,
) -> ApiResult<StatusCode> {
    queries::revoke(&app, &id, &actor.by(app.now())).await?;
    Ok(StatusCode::NO_CONTENT)
}
