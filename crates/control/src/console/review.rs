//! The review queue: what waits for a person, one after the other, with keys.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::{
    Hold, HoldFilter, HoldKey, HoldState as StoreState, Page as StorePage, Paging, RequestState,
    VerdictFilter, VerdictState,
};
use lazaret_wire::PageQuery;
use lazaret_wire::api::Role;
use serde::Deserialize;

use super::frame::{Frame, Section, Trip, show};
use super::held::{Held, Known};
use super::parts::address;
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiResult, Ask};

/// Items of a page: each has forms.
const ITEMS: u32 = 25;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/review", Some(Role::Viewer), queue)
}

/// One of several lists, with how much there is in it where that is known.
pub(super) struct Tab {
    pub(super) name: &'static str,
    pub(super) link: String,
    pub(super) is_here: bool,
    pub(super) count: Option<u64>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Queue {
    f: Frame,
    tabs: Vec<Tab>,
    show: &'static str,
    items: Vec<Held>,
    next: String,
    first: String,
}

#[derive(Deserialize)]
struct Ways {
    #[serde(default)]
    show: String,
    cursor: Option<String>,
}

/// What a queue is of: its name in addresses, and for people.
static QUEUES: [(&str, &str); 3] = [
    ("requests", "Releases asked for"),
    ("held", "Held"),
    ("warned", "To be looked at"),
];

async fn queue(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Review queue", Section::Review)
        .await?;
    let waiting = app.store.waiting().await?;
    let wished = QUEUES.iter().find(|(known, _)| *known == ways.show);
    let show_now = match (wished, waiting.requests, waiting.held) {
        (Some((known, _)), _, _) => known,
        (None, 0, 1..) => "held",
        (None, _, _) => "requests",
    };
    let page = paging(&PageQuery {
        cursor: ways.cursor.clone(),
        limit: Some(ITEMS),
    })?;
    let items = match show_now {
        "held" => held(&app, &f, StoreState::Held, &page).await?,
        "warned" => warned(&app, &f, &page).await?,
        _ => asked(&app, &f, RequestState::Open, &page).await?,
    };
    let at = |show: &str, cursor: &str| address("/review", &[("show", show), ("cursor", cursor)]);
    let tab = |(known, name): &(&'static str, &'static str)| Tab {
        name,
        link: at(known, ""),
        is_here: *known == show_now,
        count: match *known {
            "requests" => Some(waiting.requests),
            "held" => Some(waiting.held),
            _ => None,
        },
    };
    show(&Queue {
        tabs: QUEUES.iter().map(tab).collect(),
        show: show_now,
        next: items
            .next
            .map(|cursor| at(show_now, &cursor.to_string()))
            .unwrap_or_default(),
        first: if ways.cursor.is_some() {
            at(show_now, "")
        } else {
            String::new()
        },
        items: items.items,
        f,
    })
}

/// Images under names in a state, the latest change first.
pub(super) async fn held(
    app: &App,
    f: &Frame,
    state: StoreState,
    page: &Paging,
) -> ApiResult<StorePage<Held>> {
    let filter = HoldFilter {
        state: Some(state),
        ..HoldFilter::default()
    };
    let page = app.store.holds(&filter, page).await?;
    let digests = page
        .items
        .iter()
        .map(|row| row.key.digest.clone())
        .collect();
    let known = Known::of(app, digests).await?;
    Ok(page.map(|row| known.held(f, row)))
}

/// Holds of images, asked for all at once.
async fn holds(app: &App, digests: &[String]) -> ApiResult<HashMap<HoldKey, Hold>> {
    let rows = app.store.holds_of(digests).await?.into_iter();
    Ok(rows.map(|row| (row.key.clone(), row)).collect())
}

/// Requests in a state, the newest first.
pub(super) async fn asked(
    app: &App,
    f: &Frame,
    state: RequestState,
    page: &Paging,
) -> ApiResult<StorePage<Held>> {
    let page = app.store.release_requests(state, page).await?;
    let digests: Vec<String> = page
        .items
        .iter()
        .map(|row| row.key.digest.clone())
        .collect();
    let holds = holds(app, &digests).await?;
    let known = Known::of(app, digests).await?;
    Ok(page.map(|row| {
        let hold = holds.get(&row.key).cloned();
        known.asked(f, row, hold)
    }))
}

/// Verdicts that let an image pass and want somebody to look who has not yet, under the newest name
/// of each.
async fn warned(app: &App, f: &Frame, page: &Paging) -> ApiResult<StorePage<Held>> {
    let filter = VerdictFilter {
        state: Some(VerdictState::Warn),
        seen: Some(false),
        ..VerdictFilter::default()
    };
    let page = app.store.verdicts(&filter, page).await?;
    let digests: Vec<String> = page.items.iter().map(|row| row.digest.clone()).collect();
    let names = app.store.newest_names(&digests).await?;
    let holds = holds(app, &digests).await?;
    let known = Known::of(app, digests).await?;
    let mut items: Vec<Held> = Vec::new();
    for row in page.items {
        let Some(name) = names.get(&row.digest).and_then(|names| names.first()) else {
            continue;
        };
        // An image is judged for several environments, and looked at once.
        if items.iter().any(|item| item.digest == row.digest) {
            continue;
        }
        let key = HoldKey {
            registry_id: name.registry_id.clone(),
            repository: name.repository.clone(),
            digest: row.digest,
        };
        let mut item = match holds.get(&key).cloned() {
            Some(hold) => known.held(f, hold),
            None => known.bare(f, key),
        };
        item.since = f.when(&row.decided_at);
        items.push(item);
    }
    Ok(StorePage {
        items,
        next: page.next,
    })
}
