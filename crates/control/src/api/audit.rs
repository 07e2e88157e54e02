//! What was done by whom.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use lazaret_store::{AuditEntry as StoreEntry, AuditFilter, Error as StoreError};
use lazaret_wire::api::{AuditEntry, AuditState};
use lazaret_wire::{Page, PageQuery, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{answer, paging};
use crate::App;
use crate::auth::{Approver, Viewer};
use crate::http::{ApiError, ApiResult, Ask};

/// Entries that are read at once for an export, and how often.
const EXPORT_ROUND: u32 = 1_000;
const EXPORT_ROUNDS: usize = 10;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(export))
        .routes(routes!(verify))
}

/// Which entries are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Of one actor: `user:NAME`.
    actor: Option<String>,
    /// About one object.
    object: Option<String>,
    /// Actions that begin so: `hold.`
    action: Option<String>,
}

fn shown(entry: StoreEntry) -> AuditEntry {
    let details = serde_json::from_str(&entry.details);
    AuditEntry {
        seq: entry.seq,
        at: entry.at,
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        reason: entry.reason,
        details: details.unwrap_or(serde_json::Value::String(entry.details)),
        previous: entry.previous,
        hash: entry.hash,
    }
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(PageQuery, Filter),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = Page<AuditEntry>), (status = 422, body = Problem)))]
async fn list(
    _: Viewer,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
    Ask(filter): Ask<Filter>,
) -> ApiResult<Json<Page<AuditEntry>>> {
    let filter = AuditFilter {
        actor: filter.actor,
        object: filter.object,
        action: filter.action,
    };
    let page = app.store.audit_page(&filter, &paging(&query)?).await?;
    Ok(answer(page, shown))
}

/// Entries that an export begins after.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct After {
    /// The number of the entry before; 0: from the first on.
    #[serde(default)]
    after: i64,
}

/// Entries as they are hashed, the oldest first, a line of JSON each: 10000 at most; what comes
/// after them is asked for with the number of the last. `lazaret audit verify` reads them.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit", params(After),
    security(("token" = ["viewer"]), ("session" = ["viewer"])),
    responses((status = 200, body = String, content_type = "application/x-ndjson"),
        (status = 422, body = Problem)))]
async fn export(_: Viewer, State(app): State<App>, Ask(query): Ask<After>) -> ApiResult<Response> {
    let mut lines = Vec::new();
    let mut after = query.after.max(0);
    for _ in 0..EXPORT_ROUNDS {
        let entries = app.store.audit_after(after, EXPORT_ROUND).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for entry in &entries {
            serde_json::to_writer(&mut lines, entry).map_err(ApiError::internal)?;
            lines.push(b'\n');
        }
    }
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

/// Read the whole audit log and tell whether it holds together.
#[utoipa::path(get, path = "/api/v1/audit/verify", tag = "audit",
    security(("token" = ["approver"]), ("session" = ["approver"])),
    responses((status = 200, body = AuditState)))]
async fn verify(_: Approver, State(app): State<App>) -> ApiResult<Json<AuditState>> {
    let state = match app.store.verify_audit().await {
        Ok(head) => AuditState {
            intact: true,
            entries: head.seq,
            head: head.hash,
            detail: String::new(),
        },
        Err(StoreError::Corrupt { detail, .. }) => AuditState {
            intact: false,
            entries: app.store.audit_head().await?.seq,
            head: String::new(),
            detail,
        },
        Err(other) => return Err(other.into()),
    };
    Ok(Json(state))
}
