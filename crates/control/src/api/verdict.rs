//! Verdicts, and how they changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_wire::api::{PostureDay, SeenVerdict, Verdict, VerdictChange, VerdictQuery};
use lazaret_wire::{Page, PageQuery, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Analyst, Viewer};
use crate::http::{ApiResult, Ask, Body};
use crate::queries::verdict as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(see))
        .routes(routes!(changes))
        .routes(routes!(posture))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfImage {
    /// Of one image.
    digest: Option<String>,
}

/// Verdicts: of one outcome the latest first; without it, of one environment, the worst
/// first. One of both is given.
#[utoipa::path(get, path = "/api/v1/verdicts", tag = "verdicts", params(PageQuery, VerdictQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<Verdict>), (status = 422, body = Problem)))]
async fn list(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
    Ask(query): Ask<VerdictQuery>,
) -> ApiResult<Json<Page<Verdict>>> {
    let page = queries::list(&app, query, &paging(&page)?).await?;
    Ok(answer(page, |verdict| verdict))
}

/// Mark a verdict that warns as seen: with the reasons that it has now, nobody need look again.
#[utoipa::path(post, path = "/api/v1/verdicts/seen", tag = "verdicts",
    request_body = SeenVerdict,
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn see(
    Analyst(actor): Analyst,
    State(app): State<App>,
    Body(seen): Body<SeenVerdict>,
) -> ApiResult<StatusCode> {
    queries::see(&app, seen, actor.by(app.now())).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Days {
    /// How many of the last days; 30 without it.
    #[param(minimum = 1, maximum = 366)]
    days: Option<u32>,
}

/// How severe the worst findings of images were at the end of each of the last days, by
/// environment, the oldest first. Noted some times an hour; a day on which no centre ran is not
/// told.
#[utoipa::path(get, path = "/api/v1/posture", tag = "verdicts", params(Days),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Vec<PostureDay>), (status = 422, body = Problem)))]
async fn posture(
    _: Viewer,
    State(app): State<App>,
    Ask(asked): Ask<Days>,
) -> ApiResult<Json<Vec<PostureDay>>> {
    queries::posture(&app, asked.days.unwrap_or(30))
        .await
        .map(Json)
}

/// Verdicts that became others, the latest first.
#[utoipa::path(get, path = "/api/v1/verdict-changes", tag = "verdicts",
    params(PageQuery, OfImage),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<VerdictChange>), (status = 422, body = Problem)))]
async fn changes(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
    Ask(query): Ask<OfImage>,
) -> ApiResult<Json<Page<VerdictChange>>> {
    let page = queries::changes(&app, query.digest.as_deref(), &paging(&page)?).await?;
    Ok(answer(page, |change| change))
}
