//! The first page: how it stands, how that came, what changed today and why.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use lazaret_store::{Flow, Paging, VerdictState};
use lazaret_wire::api::{Role, Vulnerability, VulnerabilityQuery};
use serde::Deserialize;

use super::changes::{Change, changes, said};
use super::chart::{self, Column};
use super::frame::{Frame, Section, Trip, show};
use super::memory::flows;
use super::parts::{self, Part};
use super::routes::Routes;
use super::vulnerabilities;
use crate::App;
use crate::auth::Viewer;
use crate::http::{ApiResult, Ask};
use crate::queries::{verdict, vulnerability};

/// Days of the chart.
const DAYS: i64 = 30;

/// Changes that are told one by one.
const TOLD: u32 = 12;

/// Vulnerabilities that are told.
const WORST: u32 = 5;

/// States, the worst first, as people read them.
const STATES: [VerdictState; 5] = [
    VerdictState::Block,
    VerdictState::Quarantine,
    VerdictState::Hold,
    VerdictState::Warn,
    VerdictState::Allow,
];

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/", Some(Role::Viewer), overview)
}

/// How many verdicts there are in a state, and a day ago.
struct Tile {
    state: &'static str,
    count: u64,
    /// `+3`, `−2`, or empty.
    moved: String,
    link: String,
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

/// What made verdicts change today.
struct Cause {
    name: String,
    worse: u64,
    better: u64,
    first: u64,
}

/// A day of the chart, for the table behind it.
struct Day {
    name: String,
    states: Vec<u64>,
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
    causes: Vec<Cause>,
    changes: Vec<Change>,
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
    let mut by_day = flows(&app, DAYS).await?;
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
        causes: causes(today.unwrap_or_default()),
        changes: changes(&app, &f, page.items).await?,
        waiting: app.store.waiting().await?,
        advisories: advisories(&app, &f),
        worst: worst(&app).await?,
        environment: only.unwrap_or_default(),
        places,
        f,
    })
}

type Stand = BTreeMap<VerdictState, u64>;

/// How it stood at the end of each day: from now backwards, taking back what came.
fn history(now: &Stand, days: &[(i64, Vec<Flow>)]) -> Vec<(i64, Stand)> {
    let mut stand = now.clone();
    let mut history = Vec::with_capacity(days.len());
    for (day, flows) in days.iter().rev() {
        history.push((*day, stand.clone()));
        for flow in flows {
            let after = stand.entry(flow.after).or_default();
            *after = after.saturating_sub(flow.verdicts);
            if let Some(before) = flow.before {
                *stand.entry(before).or_default() += flow.verdicts;
            }
        }
    }
    history.reverse();
    history
}

fn of(stand: &Stand, state: VerdictState) -> u64 {
    stand.get(&state).copied().unwrap_or(0)
}

fn column((day, stand): &(i64, Stand)) -> Column {
    Column {
        name: date(*day),
        parts: STATES.iter().map(|s| (s.as_str(), of(stand, *s))).collect(),
    }
}

fn day((day, stand): &(i64, Stand)) -> Day {
    Day {
        name: date(*day),
        states: STATES.iter().map(|state| of(stand, *state)).collect(),
    }
}

fn date(day: i64) -> String {
    let epoch = Date::constant(1970, 1, 1);
    let span = jiff::Span::new().try_days(day);
    let date = span.and_then(|span| epoch.checked_add(span));
    date.map_or_else(|_| day.to_string(), |date| date.to_string())
}

fn tiles(history: &[(i64, Stand)], environment: Option<&str>) -> Vec<Tile> {
    let empty = Stand::new();
    let now = history.last().map_or(&empty, |(_, stand)| stand);
    let before = history
        .iter()
        .rev()
        .nth(1)
        .map_or(&empty, |(_, stand)| stand);
    let tile = |state: &VerdictState| {
        let (count, was) = (of(now, *state), of(before, *state));
        let moved = match count.abs_diff(was) {
            0 => String::new(),
            by if count > was => format!("+{by}"),
            by => format!("−{by}"),
        };
        let mut query = vec![("outcome", state.as_str())];
        query.extend(environment.map(|environment| ("environment", environment)));
        Tile {
            state: state.as_str(),
            count,
            moved,
            link: parts::address("/images", &query),
        }
    };
    STATES.iter().map(tile).collect()
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

fn causes(today: &[Flow]) -> Vec<Cause> {
    let mut causes: BTreeMap<String, Cause> = BTreeMap::new();
    for flow in today {
        let name = verdict::cause(&flow.cause);
        let cause = causes.entry(name.clone()).or_insert(Cause {
            name: said(&name).to_owned(),
            worse: 0,
            better: 0,
            first: 0,
        });
        let count = match flow.before {
            None => &mut cause.first,
            Some(before) if before < flow.after => &mut cause.worse,
            Some(_) => &mut cause.better,
        };
        *count += flow.verdicts;
    }
    causes.into_values().collect()
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
