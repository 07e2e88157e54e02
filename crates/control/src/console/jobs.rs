//! The queue: pools, what waits, what runs, what failed for good.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{Job, JobQuery, JobState, Pool, PoolChange, Role};
use serde::Deserialize;

use super::act::number;
use super::done;
use super::form::{AdminForm, AnalystForm};
use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask};
use crate::queries::job as queries;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/jobs", Some(Role::Viewer), list)
        .form("/jobs/{id}/requeue", Some(Role::Analyst), requeue)
        .form("/jobs/{id}/discard", Some(Role::Admin), discard)
        .form("/pools/{name}", Some(Role::Admin), set_pool)
}

struct Waiting {
    name: String,
    paused: bool,
    capacity: String,
    sweep_cap: String,
    queued: u64,
    sweep: u64,
    running: u64,
    dead: u64,
    oldest: Option<Part>,
}

struct Row {
    job: Job,
    state: Part,
    made: Part,
    due: Part,
}

struct Tab {
    name: &'static str,
    link: String,
    is_here: bool,
    count: Option<u64>,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct List {
    f: Frame,
    pools: Vec<Waiting>,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    pool: String,
    kind: String,
    state: String,
    next: String,
    first: String,
}

#[derive(Deserialize)]
struct Ways {
    #[serde(default)]
    state: String,
    #[serde(default)]
    pool: String,
    #[serde(default)]
    kind: String,
    cursor: Option<String>,
}

fn waiting(f: &Frame, pool: Pool) -> Waiting {
    let sum = |wanted: fn(JobState, bool) -> bool| -> u64 {
        let mine = pool.jobs.iter().filter(|c| wanted(c.state, c.sweep));
        mine.map(|counts| counts.jobs).sum()
    };
    let queued = pool
        .jobs
        .iter()
        .filter(|counts| counts.state == JobState::Queued);
    let oldest = queued.map(|counts| counts.oldest).min();
    let number = |value: Option<u32>| value.map(|v| v.to_string()).unwrap_or_default();
    Waiting {
        queued: sum(|state, sweep| state == JobState::Queued && !sweep),
        sweep: sum(|state, sweep| state == JobState::Queued && sweep),
        running: sum(|state, _| state == JobState::Running),
        dead: sum(|state, _| state == JobState::Dead),
        oldest: oldest.map(|at| f.when(&at)),
        paused: pool.paused,
        capacity: number(pool.capacity),
        sweep_cap: number(pool.sweep_cap),
        name: pool.name,
    }
}

async fn list(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let f = trip.frame(&app, &actor, "Jobs", Section::Jobs).await?;
    let pools = queries::pools(&app).await?.into_iter();
    let pools: Vec<Waiting> = pools.map(|pool| waiting(&f, pool)).collect();
    let state = match ways.state.as_str() {
        "" => None,
        "queued" => Some(JobState::Queued),
        "running" => Some(JobState::Running),
        "dead" => Some(JobState::Dead),
        _ => return Err(ApiError::invalid("`state` is none that there is")),
    };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let query = JobQuery {
        pool: some(&ways.pool),
        kind: some(&ways.kind),
        state,
    };
    let page = paging(&PageQuery {
        cursor: ways.cursor.clone(),
        limit: None,
    })?;
    let page = queries::list(&app, query, &page).await?;
    let at = |state: &str, cursor: &str| {
        let pairs = [
            ("state", state),
            ("pool", &ways.pool),
            ("kind", &ways.kind),
            ("cursor", cursor),
        ];
        address("/jobs", &pairs)
    };
    let sum = |of: fn(&Waiting) -> u64| Some(pools.iter().map(of).sum());
    let tab = |(name, of, count): (&'static str, &str, Option<u64>)| Tab {
        name,
        link: at(of, ""),
        is_here: of == ways.state,
        count,
    };
    let tabs = [
        ("All", "", None),
        ("Waiting", "queued", sum(|pool| pool.queued + pool.sweep)),
        ("Running", "running", sum(|pool| pool.running)),
        ("Dead", "dead", sum(|pool| pool.dead)),
    ];
    let row = |job: Job| Row {
        state: parts::chip(match job.state {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Dead => "dead",
        }),
        made: f.when(&job.created_at),
        due: f.when(&job.visible_from),
        job,
    };
    show(&List {
        tabs: tabs.into_iter().map(tab).collect(),
        next: page
            .next
            .map(|next| at(&ways.state, &next.to_string()))
            .unwrap_or_default(),
        first: if ways.cursor.is_some() {
            at(&ways.state, "")
        } else {
            String::new()
        },
        rows: page.items.into_iter().map(row).collect(),
        pools,
        pool: ways.pool,
        kind: ways.kind,
        state: ways.state,
        f,
    })
}

#[derive(Deserialize)]
struct Nothing {}

async fn requeue(
    State(app): State<App>,
    Path(id): Path<String>,
    AnalystForm(actor, Nothing {}): AnalystForm<Nothing>,
) -> ApiResult<Response> {
    queries::requeue(&app, &id, &actor.by(app.now())).await?;
    Ok(done("/jobs?state=dead", "requeued"))
}

async fn discard(
    State(app): State<App>,
    Path(id): Path<String>,
    AdminForm(actor, Nothing {}): AdminForm<Nothing>,
) -> ApiResult<Response> {
    queries::discard(&app, &id, &actor.by(app.now())).await?;
    Ok(done("/jobs?state=dead", "discarded"))
}

#[derive(Deserialize)]
struct PoolForm {
    #[serde(default)]
    paused: String,
    capacity: String,
    sweep_cap: String,
}

async fn set_pool(
    State(app): State<App>,
    Path(name): Path<String>,
    AdminForm(actor, form): AdminForm<PoolForm>,
) -> ApiResult<Response> {
    let change = PoolChange {
        paused: !form.paused.is_empty(),
        capacity: number(&form.capacity, "jobs at once")?,
        sweep_cap: number(&form.sweep_cap, "of sweeps at once")?,
    };
    queries::set_pool(&app, &name, &change, &actor.by(app.now())).await?;
    Ok(done("/jobs", "pool"))
}
