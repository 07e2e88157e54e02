//! How the verdicts and the names of an image changed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_wire::PageQuery;
use serde::Deserialize;

use super::{Head, Shown};
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::console::changes::{Change, changes};
use crate::console::frame::{Frame, Section, Trip, show};
use crate::http::{ApiResult, Ask, At};
use crate::queries::verdict;

#[derive(Template)]
#[template(path = "history.html")]
struct Page {
    f: Frame,
    head: Head,
    changes: Vec<Change>,
    next: String,
    first: String,
}

#[derive(Deserialize)]
pub(super) struct Ways {
    environment: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn page(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let shown = Shown::read(&app, &digest, ways.environment.as_deref()).await?;
    let title = format!("History · {}", shown.name());
    let f = trip.frame(&app, &actor, title, Section::Images).await?;
    let query = PageQuery {
        cursor: ways.cursor.clone(),
        limit: None,
    };
    let page = verdict::changes(&app, Some(&digest), &paging(&query)?).await?;
    let next = page
        .next
        .map(|cursor| shown.address("/history", &[("cursor", &cursor.to_string())]));
    show(&Page {
        head: shown.head("/history"),
        changes: changes(&app, &f, page.items).await?,
        next: next.unwrap_or_default(),
        first: match ways.cursor {
            Some(_) => shown.address("/history", &[]),
            None => String::new(),
        },
        f,
    })
}
