//! Quarantine, and what became of requests for releases.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::{HoldState as StoreState, RequestState};
use lazaret_wire::PageQuery;
use lazaret_wire::api::Role;
use serde::Deserialize;

use super::frame::{Frame, Section, Trip, show};
use super::held::Held;
use super::parts::address;
use super::review::{Tab, asked, held};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/quarantine", Some(Role::Viewer), quarantine)
        .page("/releases", Some(Role::Viewer), answered)
}

#[derive(Template)]
#[template(path = "quarantine.html")]
struct Quarantine {
    f: Frame,
    tabs: Vec<Tab>,
    names: Vec<Held>,
    requests: u64,
    next: String,
    first: String,
}

#[derive(Deserialize)]
struct OfState {
    #[serde(default)]
    state: String,
    cursor: Option<String>,
}

async fn quarantine(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<OfState>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Quarantine", Section::Quarantine)
        .await?;
    let waiting = app.store.waiting().await?;
    let state = match ways.state.as_str() {
        "" => "quarantined",
        state => state,
    };
    let page = paging(&PageQuery {
        cursor: ways.cursor.clone(),
        limit: None,
    })?;
    let known: StoreState = state
        .parse()
        .map_err(|_| ApiError::invalid("`state` is none that there is"))?;
    let rows = held(&app, &f, known, &page).await?;
    let at =
        |state: &str, cursor: &str| address("/quarantine", &[("state", state), ("cursor", cursor)]);
    let tab = |(name, of, count): (&'static str, &str, Option<u64>)| Tab {
        name,
        link: at(of, ""),
        is_here: of == state,
        count,
    };
    let tabs = [
        ("Quarantined", "quarantined", Some(waiting.quarantined)),
        ("Held", "held", Some(waiting.held)),
        ("Released", "released", None),
        ("Clear again", "clear", None),
    ];
    show(&Quarantine {
        tabs: tabs.into_iter().map(tab).collect(),
        next: rows
            .next
            .map(|cursor| at(state, &cursor.to_string()))
            .unwrap_or_default(),
        first: if ways.cursor.is_some() {
            at(state, "")
        } else {
            String::new()
        },
        names: rows.items,
        requests: waiting.requests,
        f,
    })
}

#[derive(Template)]
#[template(path = "releases.html")]
struct Releases {
    f: Frame,
    tabs: Vec<Tab>,
    items: Vec<Held>,
    next: String,
    first: String,
}

/// Requests for releases, with what became of them.
async fn answered(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<OfState>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Requests for releases", Section::Quarantine)
        .await?;
    let state = match ways.state.as_str() {
        "" => "open",
        state => state,
    };
    let known: RequestState = state
        .parse()
        .map_err(|_| ApiError::invalid("`state` is none that there is"))?;
    let page = paging(&PageQuery {
        cursor: ways.cursor.clone(),
        limit: None,
    })?;
    let rows = asked(&app, &f, known, &page).await?;
    let at =
        |state: &str, cursor: &str| address("/releases", &[("state", state), ("cursor", cursor)]);
    let tab = |(name, of): (&'static str, &str)| Tab {
        name,
        link: at(of, ""),
        is_here: of == state,
        count: None,
    };
    let tabs = [
        ("Open", "open"),
        ("Approved", "approved"),
        ("Rejected", "rejected"),
        ("Void", "void"),
    ];
    show(&Releases {
        tabs: tabs.into_iter().map(tab).collect(),
        next: rows
            .next
            .map(|cursor| at(state, &cursor.to_string()))
            .unwrap_or_default(),
        first: if ways.cursor.is_some() {
            at(state, "")
        } else {
            String::new()
        },
        items: rows.items,
        f,
    })
}
