//! The review queue: what waits for a person, one after the other, with keys.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::{
    HoldFilter, HoldKey, HoldState as StoreState, Page as StorePage, Paging, RequestState,
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
use crate::http::{ApiError, ApiResult, Ask};

/// Items of a page: each has forms.
const ITEMS: u32 = 25;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/review", Some(Role::Viewer), queue)
        .page("/quarantine", Some(Role::Viewer), quarantine)
        .page("/releases", Some(Role::Viewer), answered)
}

struct Tab {
    name: &'static str,
    link: String,
    is_here: bool,
    count: Option<u64>,
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
        "held" => held(&app, &f, StoreState::Held, None, &page).await?,
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

async fn held(
    app: &App,
    f: &Frame,
    state: StoreState,
    registry: Option<String>,
    page: &Paging,
) -> ApiResult<StorePage<Held>> {
    let filter = HoldFilter {
        state: Some(state),
        registry_id: registry,
        digest: None,
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

async fn asked(
    app: &App,
    f: &Frame,
    state: RequestState,
    page: &Paging,
) -> ApiResult<StorePage<Held>> {
    let page = app.store.release_requests(state, page).await?;
    let digests = page
        .items
        .iter()
        .map(|row| row.key.digest.clone())
        .collect();
    let known = Known::of(app, digests).await?;
    let mut items = Vec::new();
    for row in page.items {
        let hold = app.store.hold(&row.key).await?;
        items.push(known.asked(f, row, hold));
    }
    Ok(StorePage {
        items,
        next: page.next,
    })
}

/// Verdicts that let an image pass and want somebody to look, under the newest name of each.
async fn warned(app: &App, f: &Frame, page: &Paging) -> ApiResult<StorePage<Held>> {
    let filter = VerdictFilter {
        environment: None,
        state: Some(VerdictState::Warn),
    };
    let page = app.store.verdicts(&filter, page).await?;
    let digests: Vec<String> = page.items.iter().map(|row| row.digest.clone()).collect();
    let names = app.store.newest_names(&digests).await?;
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
        let mut item = match app.store.hold(&key).await? {
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
    let rows = held(&app, &f, known, None, &page).await?;
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
