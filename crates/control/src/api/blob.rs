//! The place of blobs.

use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use lazaret_wire::Problem;
use lazaret_wire::api::{BlobsCollected, BlobsQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::auth::Admin;
use crate::http::{ApiError, ApiResult, Ask};

/// Hours that are kept where nobody says how many.
const USUAL: u32 = 24;

/// Hours that can be kept; a hundred years.
const MOST: u32 = 876_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(collect))
}

/// Remove blobs that nothing refers to any more, 5000 at most; or tell what would go.
#[utoipa::path(post, path = "/api/v1/blobs/collect", tag = "blobs", params(BlobsQuery),
    security(("token" = ["admin"]), ("session" = ["admin"])),
    responses((status = 200, body = BlobsCollected), (status = 422, body = Problem)))]
async fn collect(
    Admin(actor): Admin,
    State(app): State<App>,
    Ask(query): Ask<BlobsQuery>,
) -> ApiResult<Json<BlobsCollected>> {
    let usual = match app.settings.keep_blobs {
        0 => USUAL,
        hours => hours,
    };
    let hours = query.keep_hours.unwrap_or(usual);
    if !(1..=MOST).contains(&hours) {
        return Err(ApiError::invalid(format!("`keep_hours` is 1 to {MOST}")));
    }
    let keep = SignedDuration::from_hours(hours.into());
    let by = actor.by(app.now());
    let found = app.store.collect_blobs(keep, query.dry_run, &by).await?;
    app.metrics.collected(&found);
    Ok(Json(BlobsCollected {
        blobs: found.blobs,
        unused: found.unused,
        unused_bytes: found.unused_bytes,
        removed: found.removed,
        removed_bytes: found.removed_bytes,
        has_more: found.has_more,
    }))
}
