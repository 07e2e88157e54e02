//! What runs where.

use axum::Json;
use axum::extract::State;
use lazaret_wire::Problem;
use lazaret_wire::api::RunningWorkload;
use lazaret_wire::edge::{ClusterChange, ClusterState, ClusterWorkloads};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::auth::{Analyst, Viewer};
use crate::edges::{change_workloads, take_workloads};
use crate::http::{ApiError, ApiResult, Ask, At, Body, Untagged};
use crate::queries::image::workload;

/// Images of one question.
const MOST: usize = 100;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(put, patch))
        .routes(routes!(of_images))
}

/// Tell everything that runs in a cluster. What is not in it runs there no longer; what
/// began to run is judged for the environment of the cluster, too. `generation` of the answer is
/// `since` of the first change (`PATCH`). Edges and gates tell the same at `/edge/v1/clusters/{cluster}/workloads`.
#[utoipa::path(put, path = "/api/v1/workloads/{cluster}", tag = "workloads",
    params(("cluster" = String, Path, min_length = 1, max_length = 100)),
    request_body = ClusterWorkloads,
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 200, body = ClusterState), (status = 422, body = Problem)))]
async fn put(
    Analyst(actor): Analyst,
    State(app): State<App>,
    At(cluster): At<String>,
    _: Untagged,
    Body(told): Body<ClusterWorkloads>,
) -> ApiResult<Json<ClusterState>> {
    let state = take_workloads(&app, cluster, told, &actor.label()).await?;
    Ok(Json(state))
}

/// Tell what has changed in a cluster since it was told of last. All of it counts, or nothing: a
/// change that does not follow what is known is refused (412), and the whole list is told again.
#[utoipa::path(patch, path = "/api/v1/workloads/{cluster}", tag = "workloads",
    params(("cluster" = String, Path, min_length = 1, max_length = 100)),
    request_body = ClusterChange,
    security(("token" = ["analyst"]), ("session" = ["analyst"])),
    responses((status = 200, body = ClusterState), (status = 422, body = Problem)))]
async fn patch(
    Analyst(actor): Analyst,
    State(app): State<App>,
    At(cluster): At<String>,
    _: Untagged,
    Body(change): Body<ClusterChange>,
) -> ApiResult<Json<ClusterState>> {
    let state = change_workloads(&app, cluster, change, &actor.label()).await?;
    Ok(Json(state))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfImages {
    /// Digests of images, separated by commas, 100 at most.
    digest: String,
}

/// What runs any of some images.
#[utoipa::path(get, path = "/api/v1/workloads", tag = "workloads", params(OfImages),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Vec<RunningWorkload>), (status = 422, body = Problem)))]
async fn of_images(
    _: Viewer,
    State(app): State<App>,
    Ask(asked): Ask<OfImages>,
) -> ApiResult<Json<Vec<RunningWorkload>>> {
    let digests: Vec<String> = asked.digest.split(',').map(str::to_owned).collect();
    if digests.len() > MOST {
        return Err(ApiError::invalid("at most 100 digests"));
    }
    let rows = app.store.workloads_of(&digests).await?;
    let shown = rows.into_iter().map(|row| RunningWorkload {
        digest: row.digest.clone(),
        workload: workload(row),
    });
    Ok(Json(shown.collect()))
}
