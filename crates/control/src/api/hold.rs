//! Holds, quarantine, releases.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_wire::api::{
    Hold, HoldChange, HoldQuery, NewRelease, Release, ReleaseDecision, ReleaseState,
};
use lazaret_wire::{Page, PageQuery, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Analyst, Approver, Viewer};
use crate::http::{ApiResult, Ask, At, Body};
use crate::queries::hold as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, change))
        .routes(routes!(releases, request))
        .routes(routes!(decide))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StateQuery {
    /// One state; `open` without it.
    state: Option<ReleaseState>,
}

/// Images under names that were held, quarantined or released, the latest change first.
#[utoipa::path(get, path = "/api/v1/holds", tag = "holds", params(PageQuery, HoldQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<Hold>), (status = 422, body = Problem)))]
async fn list(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
    Ask(query): Ask<HoldQuery>,
) -> ApiResult<Json<Page<Hold>>> {
    let page = queries::list(&app, query, &paging(&page)?).await?;
    Ok(answer(page, |hold| hold))
}

/// Hold or quarantine an image under a name, or lift a hold. Out of quarantine leads a
/// release, which takes two people.
#[utoipa::path(post, path = "/api/v1/holds", tag = "holds", request_body = HoldChange,
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 200, body = Hold), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    Analyst(actor): Analyst,
    State(app): State<App>,
    Body(change): Body<HoldChange>,
) -> ApiResult<Json<Hold>> {
    let by = actor.by(app.now());
    queries::change(&app, change, by).await.map(Json)
}

/// Requests to release, the newest first.
#[utoipa::path(get, path = "/api/v1/releases", tag = "holds", params(PageQuery, StateQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<Release>), (status = 422, body = Problem)))]
async fn releases(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
    Ask(query): Ask<StateQuery>,
) -> ApiResult<Json<Page<Release>>> {
    let state = query.state.unwrap_or(ReleaseState::Open);
    let page = queries::releases(&app, state, &paging(&page)?).await?;
    Ok(answer(page, |release| release))
}

/// Ask for a release.
#[utoipa::path(post, path = "/api/v1/releases", tag = "holds", request_body = NewRelease,
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 201, body = Release), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn request(
    Analyst(actor): Analyst,
    State(app): State<App>,
    Body(new): Body<NewRelease>,
) -> ApiResult<(StatusCode, Json<Release>)> {
    let by = queries::person(&app, &actor).await?;
    let made = queries::request(&app, new, by).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Approve or reject a request; never one's own.
#[utoipa::path(post, path = "/api/v1/releases/{id}/decision", tag = "holds",
    params(("id" = String, Path)), request_body = ReleaseDecision,
    security(("token" = ["approver"]), ("session" = ["approver"])),
    responses((status = 200, body = Release), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn decide(
    Approver(actor): Approver,
    State(app): State<App>,
    At(id): At<String>,
    Body(decision): Body<ReleaseDecision>,
) -> ApiResult<Json<Release>> {
    let by = queries::person(&app, &actor).await?;
    let by = by.because(decision.reason.chars().take(2000).collect::<String>());
    let decided = queries::decide(&app, &id, decision.approve, &by).await?;
    Ok(Json(decided))
}
