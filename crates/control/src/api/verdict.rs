//! Verdicts, and how they changed.

use axum::Json;
use axum::extract::State;
use lazaret_wire::api::{Verdict, VerdictChange, VerdictQuery};
use lazaret_wire::{Page, PageQuery, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::Viewer;
use crate::http::{ApiResult, Ask};
use crate::queries::verdict as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(changes))
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
