//! The queue.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lazaret_wire::api::{Job, JobMade, JobQuery, Pool, PoolChange, ScanRequest};
use lazaret_wire::{Page, PageQuery, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Admin, Analyst, Viewer};
use crate::http::{ApiResult, Ask, At, Body, Untagged};
use crate::queries::job as queries;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(scan))
        .routes(routes!(list))
        .routes(routes!(read, discard))
        .routes(routes!(requeue))
        .routes(routes!(pools))
        .routes(routes!(set_pool))
}

/// Look at an image now.
#[utoipa::path(post, path = "/api/v1/scans", tag = "jobs", request_body = ScanRequest,
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 202, body = JobMade), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn scan(
    Analyst(actor): Analyst,
    State(app): State<App>,
    Body(request): Body<ScanRequest>,
) -> ApiResult<(StatusCode, Json<JobMade>)> {
    let job = queries::scan(&app, request, &actor.by(app.now())).await?;
    Ok((StatusCode::ACCEPTED, Json(JobMade { job })))
}

/// Jobs that are not done, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(PageQuery, JobQuery),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<Job>), (status = 422, body = Problem)))]
async fn list(
    _: Viewer,
    State(app): State<App>,
    Ask(page): Ask<PageQuery>,
    Ask(query): Ask<JobQuery>,
) -> ApiResult<Json<Page<Job>>> {
    let page = queries::list(&app, query, &paging(&page)?).await?;
    Ok(answer(page, |job| job))
}

/// A job that is not done.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Job), (status = 404, body = Problem)))]
async fn read(_: Viewer, State(app): State<App>, At(id): At<String>) -> ApiResult<Json<Job>> {
    queries::read(&app, &id).await.map(Json)
}

/// Drop a dead job.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 204), (status = 404, body = Problem)))]
async fn discard(
    Admin(actor): Admin,
    State(app): State<App>,
    At(id): At<String>,
    _: Untagged,
) -> ApiResult<StatusCode> {
    queries::discard(&app, &id, &actor.by(app.now())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a dead job back, with all its attempts.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/requeue", tag = "jobs",
    params(("id" = String, Path)),
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 202), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn requeue(
    Analyst(actor): Analyst,
    State(app): State<App>,
    At(id): At<String>,
) -> ApiResult<StatusCode> {
    queries::requeue(&app, &id, &actor.by(app.now())).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Pools of workers, and what waits for them.
#[utoipa::path(get, path = "/api/v1/pools", tag = "jobs",
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Vec<Pool>)))]
async fn pools(_: Viewer, State(app): State<App>) -> ApiResult<Json<Vec<Pool>>> {
    queries::pools(&app).await.map(Json)
}

/// Pause a pool, or say how much of it runs at once.
#[utoipa::path(put, path = "/api/v1/pools/{name}", tag = "jobs", request_body = PoolChange,
    params(("name" = String, Path)),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 204), (status = 422, body = Problem)))]
async fn set_pool(
    Admin(actor): Admin,
    State(app): State<App>,
    At(name): At<String>,
    _: Untagged,
    Body(change): Body<PoolChange>,
) -> ApiResult<StatusCode> {
    queries::set_pool(&app, &name, &change, &actor.by(app.now())).await?;
    Ok(StatusCode::NO_CONTENT)
}
