//! The first page: how it stands, how that came, what changed today and why.

mod history;
mod severities;
mod today;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::{Paging, VerdictState};
use lazaret_wire::api::{Role, Vulnerability, VulnerabilityQuery};
use serde::Deserialize;

use history::{Day, STATES, Stand, Tile, column, day, history, of, tiles};
use severities::{SEVERITIES, Severities, severities};
use today::{Cause, causes};

use crate::App;
use crate::auth::Viewer;
use crate::console::changes::{Change, changes};
use crate::console::chart::{self, Column};
use crate::console::frame::{Frame, Section, Trip, show};
use crate::console::memory::{day_of, flows};
use crate::console::parts::{self, Part};
use crate::console::routes::Routes;
use crate::console::vulnerabilities;
use crate::http::{ApiResult, Ask};
use crate::queries::verdict::date;
use crate::queries::{verdict, vulnerability};

/// Days of the charts.
const DAYS: u32 = 30;

/// Changes that are told one by one.
const TOLD: u32 = 12;

/// Vulnerabilities that are told.
const WORST: u32 = 5;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/", Some(Role::Viewer), overview)
}

/// How it stands in an environment.
struct Place {
    name: String,
    link: String,
    total: u64,
    critical: u64,
    share: Part,
    states: Vec<(&'static str, u64)>,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    f: Frame,
    environment: String,
    environments: Vec<String>,
    tiles: Vec<Tile>,
    places: Vec<Place>,
    total: u64,
    posture: Part,
    most: u64,
    days: Vec<Day>,
    first_day: String,
    states: Vec<&'static str>,
    severities: Severities,
    ranks: [&'static str; 5],
    causes: Vec<Cause>,
    changes: Vec<Change>,
    worse: today::Worse,
    /// The policy, where it was set today.
    policy: Option<lazaret_store::Policy>,
    set_by: String,
    waiting: lazaret_store::Waiting,
    advisories: Advisories,
    worst: Vec<Worst>,
}

/// A vulnerability of which somebody should know.
struct Worst {
    id: String,
    link: String,
    severity: Part,
    kev: bool,
    images: u64,
    running: u64,
}

struct Advisories {
    digest: Part,
    built: Part,
    is_starter: bool,
    is_old: bool,
    is_ahead: bool,
    feeds: usize,
    records: u64,
}

#[derive(Deserialize)]
struct Ways {
    environment: Option<String>,
}

async fn overview(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Overview", Section::Overview)
        .await?;
    let counts = app.store.verdict_counts().await?;
    let mut environments: Vec<String> = counts.iter().map(|(e, _, _)| e.clone()).collect();
    environments.dedup();
    let only = ways.environment.filter(|e| environments.contains(e));
    let is_meant = |environment: &str| only.as_deref().is_none_or(|only| only == environment);
    let mut now: BTreeMap<VerdictState, u64> = BTreeMap::new();
    for (_, state, count) in counts.iter().filter(|(e, _, _)| is_meant(e)) {
        *now.entry(*state).or_default() += count;
    }
    let mut by_day = flows(&app, DAYS.into()).await?;
    for (_, flows) in &mut by_day {
        flows.retain(|flow| is_meant(&flow.environment));
    }
    let history = history(&now, &by_day);
    let today = by_day.last().map(|(_, flows)| flows.as_slice());
    let columns: Vec<Column> = history.iter().map(column).collect();
    let page = verdict::changes(&app, None, &Paging::first(TOLD)).await?;
    let mut places = Vec::new();
    for environment in &environments {
        places.push(place(&app, environment, &counts).await?);
    }
    let set = app.store.policy().await?;
    let set = set.filter(|p| day_of(p.at) == day_of(f.now));
    show(&Overview {
        tiles: tiles(&history, only.as_deref()),
        environments,
        total: now.values().sum(),
        most: chart::highest(&columns),
        posture: chart::stacked(
            &columns,
            "Verdicts by state on each of the last 30 days; the numbers are in the table below",
        ),
        first_day: history
            .first()
            .map(|(day, _)| date(*day))
            .unwrap_or_default(),
        days: history.iter().rev().map(day).collect(),
        states: STATES.iter().map(|state| state.as_str()).collect(),
        severities: severities(&app, DAYS, only.as_deref()).await?,
        ranks: SEVERITIES,
        causes: causes(today.unwrap_or_default()),
        changes: changes(&app, &f, page.items).await?,
        worse: today::worse(&app, &f, only.as_deref()).await?,
        set_by: parts::who(set.as_ref().map(|p| p.actor.as_str()).unwrap_or_default()),
        policy: set,
        waiting: app.store.waiting().await?,
        advisories: advisories(&app, &f),
        worst: worst(&app).await?,
        environment: only.unwrap_or_default(),
        places,
        f,
    })
}

async fn place(
    app: &App,
    environment: &str,
    counts: &[(String, VerdictState, u64)],
) -> ApiResult<Place> {
    let mine: Stand = counts
        .iter()
        .filter(|(e, _, _)| e == environment)
        .map(|(_, state, count)| (*state, *count))
        .collect();
    let states: Vec<_> = STATES.iter().map(|s| (s.as_str(), of(&mine, *s))).collect();
    let words: Vec<String> = states.iter().map(|(s, n)| format!("{n} {s}")).collect();
    Ok(Place {
        name: environment.to_owned(),
        link: parts::address(
            "/images",
            &[("order", "worst"), ("environment", environment)],
        ),
        total: mine.values().sum(),
        critical: app.store.critical_verdicts(environment).await?,
        share: chart::divided(&states, &words.join(", ")),
        states,
    })
}

fn advisories(app: &App, f: &Frame) -> Advisories {
    let database = app.advisories.current();
    let info = database.info();
    let built = info.built_at.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let age = f.now.as_second() - built.as_second();
    Advisories {
        digest: parts::digest(&info.digest.to_string()),
        built: f.when(&built),
        is_starter: info.starter,
        is_old: age > 7 * 86_400,
        is_ahead: age < -86_400,
        feeds: info.feeds.len(),
        records: info.feeds.iter().map(|feed| feed.records).sum(),
    }
}

/// The worst and most common vulnerabilities that are known here.
async fn worst(app: &App) -> ApiResult<Vec<Worst>> {
    let query = VulnerabilityQuery::default();
    let page = vulnerability::list(app, query, &Paging::first(WORST)).await?;
    let worst = |one: Vulnerability| Worst {
        link: vulnerabilities::link(&one.id),
        severity: parts::chip(vulnerabilities::word(one.severity)),
        kev: one.kev,
        images: one.images,
        running: one.running,
        id: one.id,
    };
    Ok(page.items.into_iter().map(worst).collect())
}
