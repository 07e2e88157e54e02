//! The policy and its exceptions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_wire::api::{NewException, NewPolicy, PolicyException, PolicyState};
use lazaret_wire::{Page, PageQuery, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Approver, Viewer};
use crate::http::{ApiResult, Ask, At, Body, IfMatch, Untagged};
use crate::queries::policy as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read, set))
        .routes(routes!(exceptions, grant))
        .routes(routes!(revoke))
}

/// The policy that counts.
#[utoipa::path(get, path = "/api/v1/policy", tag = "policy",
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = PolicyState)))]
async fn read(_: Viewer, State(app): State<App>) -> ApiResult<Json<PolicyState>> {
    queries::read(&app).await.map(Json)
}

/// Set the policy. Every image is decided on again.
#[utoipa::path(put, path = "/api/v1/policy", tag = "policy", request_body = NewPolicy,
    security(("token" = ["approver"]), ("session" = ["approver"])),
    responses((status = 200, body = PolicyState), (status = 422, body = Problem)))]
async fn set(
    Approver(actor): Approver,
    State(app): State<App>,
    seen: IfMatch,
    Body(new): Body<NewPolicy>,
) -> ApiResult<Json<PolicyState>> {
    let by = actor.by(app.now());
    let mut counts = None;
    if seen.is_there() {
        let shown = queries::read(&app).await?;
        seen.check(&shown)?;
        counts = Some(shown.generation);
    }
    queries::set(&app, new, counts, by).await.map(Json)
}

/// Exceptions, the newest first.
#[utoipa::path(get, path = "/api/v1/exceptions", tag = "policy", params(PageQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<PolicyException>), (status = 422, body = Problem)))]
async fn exceptions(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
) -> ApiResult<Json<Page<PolicyException>>> {
    let page = queries::exceptions(&app, &paging(&page)?).await?;
    Ok(answer(page, |exception| exception))
}

/// Grant an exception. Every image is decided on again.
#[utoipa::path(post, path = "/api/v1/exceptions", tag = "policy", request_body = NewException,
    security(("token" = ["approver"]), ("session" = ["approver"])),
    responses((status = 201, body = PolicyException), (status = 422, body = Problem)))]
async fn grant(
    Approver(actor): Approver,
    State(app): State<App>,
    Body(new): Body<NewException>,
) -> ApiResult<(StatusCode, Json<PolicyException>)> {
    let by = actor.by(app.now());
    let made = queries::grant(&app, new, by).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Take an exception back.
#[utoipa::path(delete, path = "/api/v1/exceptions/{id}", tag = "policy",
    params(("id" = String, Path)),
    security(("token" = ["approver"]), ("session" = ["approver"])),
    responses((status = 204), (status = 404, body = Problem)))]
async fn revoke(
    Approver(actor): Approver,
    State(app): State<App>,
    At(id): At<String>,
    _: Untagged,
) -> ApiResult<StatusCode> {
    let by = actor.by(app.now());
    queries::revoke(&app, &id, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}
