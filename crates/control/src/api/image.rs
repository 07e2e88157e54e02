//! Images.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use lazaret_wire::api::{Image, ImageDetail, ImageQuery};
use lazaret_wire::{Page, PageQuery, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask, At};
use crate::queries::image as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(report))
        .routes(routes!(inventory))
}

/// Which report is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// The environment to judge for; none is said without it.
    #[serde(default)]
    #[param(required = false)]
    environment: String,
    /// A format of `lazaret scan`; `json` without it.
    format: Option<String>,
}

/// Images, the newest first.
#[utoipa::path(get, path = "/api/v1/images", tag = "images", params(PageQuery, ImageQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<Image>), (status = 422, body = Problem)))]
async fn list(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
    Ask(query): Ask<ImageQuery>,
) -> ApiResult<Json<Page<Image>>> {
    let page = queries::list(&app, query, &paging(&page)?).await?;
    Ok(answer(page, |image| image))
}

/// An image, and what follows.
#[utoipa::path(get, path = "/api/v1/images/{digest}", tag = "images",
    params(("digest" = String, Path)),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = ImageDetail), (status = 404, body = Problem)))]
async fn read(
    _: Viewer,
    State(app): State<App>,
    At(digest): At<String>,
) -> ApiResult<Json<ImageDetail>> {
    queries::read(&app, &digest).await.map(Json)
}

/// The report of an image, by the policy and the advisories of now.
#[utoipa::path(get, path = "/api/v1/images/{digest}/report", tag = "images",
    params(("digest" = String, Path), ReportQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = serde_json::Value, description = "docs/reports.md"),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn report(
    _: Viewer,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(query): Ask<ReportQuery>,
) -> ApiResult<Response> {
    let name = query.format.as_deref().unwrap_or("json");
    let format = lazaret_report::by_name(name);
    let format = format.ok_or_else(|| ApiError::invalid("`format` is none that there is"))?;
    let report = queries::report(&app, &digest, &query.environment).await?;
    if name == "json" {
        return Ok(Json(report).into_response());
    }
    let rendered = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let options = lazaret_report::Options::default();
        (format.render)(&report, &options, &mut bytes).map(|()| bytes)
    });
    let bytes = rendered
        .await
        .map_err(ApiError::internal)?
        .map_err(|error| ApiError::invalid(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, format.media_type),
        // A page that others have written shows itself and does nothing.
        (
            CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// What is inside an image.
#[utoipa::path(get, path = "/api/v1/images/{digest}/inventory", tag = "images",
    params(("digest" = String, Path)),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = serde_json::Value), (status = 404, body = Problem)))]
async fn inventory(
    _: Viewer,
    State(app): State<App>,
    At(digest): At<String>,
) -> ApiResult<Response> {
    let inventory = queries::inventory(&app, &digest).await?;
    Ok(Json(inventory).into_response())
}
