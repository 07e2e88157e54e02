//! Edges: who has joined, how old what they say is, how far behind they are.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use lazaret_store::Paging;
use lazaret_wire::api::{EdgeUnit, NewJoinToken, Role};
use serde::Deserialize;

use super::act::number;
use super::done;
use super::form::AdminForm;
use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, bytes};
use super::routes::Routes;
use crate::App;
use crate::auth::Viewer;
use crate::http::ApiResult;
use crate::queries::edge as queries;

/// Seconds of silence after which an edge is told as silent: it asks for work twice a minute.
const SILENT: i64 = 300;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/edges", Some(Role::Viewer), list)
        .form("/edges/token", Some(Role::Admin), token)
        .form("/edges/{id}/remove", Some(Role::Admin), remove)
}

struct Row {
    edge: EdgeUnit,
    seen: Option<Part>,
    is_silent: bool,
    certificate: Part,
    ends: Option<Part>,
    joined: Part,
    /// Generations that it is behind; `None`: it has told of none.
    behind: Option<i64>,
    has_advisories: bool,
    advisories: Part,
    read: String,
    /// Bytes of blobs that came.
    got: String,
}

#[derive(Template)]
#[template(path = "edges.html")]
struct List {
    f: Frame,
    rows: Vec<Row>,
    is_served: bool,
    generation: i64,
    regions: Vec<String>,
}

async fn list(Viewer(actor): Viewer, trip: Trip, State(app): State<App>) -> ApiResult<Response> {
    let f = trip.frame(&app, &actor, "Edges", Section::Edges).await?;
    let generation = app.generation().await?;
    let current = app.advisories.current().digest().to_string();
    let row = |edge: EdgeUnit| Row {
        seen: edge.last_seen_at.map(|at| f.when(&at)),
        is_silent: edge
            .last_seen_at
            .is_none_or(|at| f.now.as_second() - at.as_second() > SILENT),
        certificate: parts::chip(&edge.certificate),
        ends: edge.expires_at.map(|at| f.when(&at)),
        joined: f.when(&edge.joined_at),
        behind: (edge.bundle_generation > 0)
            .then(|| generation.saturating_sub(edge.bundle_generation).max(0)),
        has_advisories: edge.advisories == current,
        advisories: parts::digest(&edge.advisories),
        got: bytes(u64::try_from(edge.blob_bytes_received).unwrap_or(0)),
        read: bytes(u64::try_from(edge.layer_bytes_read).unwrap_or(0)),
        edge,
    };
    show(&List {
        rows: queries::list(&app).await?.into_iter().map(row).collect(),
        is_served: app.authority.is_some(),
        regions: regions(&app).await?,
        generation,
        f,
    })
}

#[derive(Deserialize)]
struct Join {
    region: String,
    #[serde(default)]
    hours: String,
}

#[derive(Template)]
#[template(path = "edge_token.html")]
struct Token {
    f: Frame,
    token: String,
    region: String,
    ends: Part,
    fingerprint: String,
}

/// Makes a token to join with, and shows it, once.
async fn token(
    trip: Trip,
    State(app): State<App>,
    AdminForm(actor, form): AdminForm<Join>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "An edge joins", Section::Edges)
        .await?;
    let new = NewJoinToken {
        region: form.region.trim().to_owned(),
        hours: number(&form.hours, "hours")?,
    };
    let made = queries::join_token(&app, new, &actor.by(app.now())).await?;
    show(&Token {
        token: made.token,
        region: made.region,
        ends: f.when(&made.expires_at),
        fingerprint: made.ca_fingerprint,
        f,
    })
}

#[derive(Deserialize)]
struct Nothing {}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    AdminForm(actor, Nothing {}): AdminForm<Nothing>,
) -> ApiResult<Response> {
    queries::revoke(&app, &id, &actor.by(app.now())).await?;
    Ok(done("/edges", "edge-gone"))
}

/// Regions that registries name.
async fn regions(app: &App) -> ApiResult<Vec<String>> {
    let page = app.store.registries(&Paging::first(500)).await?;
    let mut regions: Vec<String> = page.items.into_iter().map(|row| row.region).collect();
    regions.retain(|region| !region.is_empty());
    regions.sort();
    regions.dedup();
    Ok(regions)
}
