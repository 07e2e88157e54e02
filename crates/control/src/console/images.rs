//! Images: the newest first, or by what was decided about them.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::{ImageFilter, ImageName, Paging, VerdictFilter, VerdictState};
use lazaret_wire::PageQuery;
use lazaret_wire::api::{Outcome, Role, Verdict};
use serde::Deserialize;

use super::changes::name;
use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask};
use crate::queries::{image, verdict};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/images", Some(Role::Viewer), list)
}

/// A registry to choose from.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
}

/// Every registry, by name; at most 500.
pub(super) async fn registries(app: &App) -> ApiResult<Vec<Choice>> {
    let page = app.store.registries(&Paging::first(500)).await?;
    let choice = |row: lazaret_store::Registry| Choice {
        id: row.id,
        name: row.name,
    };
    Ok(page.items.into_iter().map(choice).collect())
}

struct Tab {
    name: &'static str,
    link: String,
    is_here: bool,
    count: Option<u64>,
}

struct Row {
    name: String,
    link: String,
    digest: Part,
    more: usize,
    verdict: Option<Part>,
    environments: String,
    counts: Option<Part>,
    gaps: u32,
    why: String,
    running: u64,
    at: Part,
}

#[derive(Template)]
#[template(path = "images.html")]
struct Images {
    f: Frame,
    tabs: Vec<Tab>,
    registries: Vec<Choice>,
    environments: Vec<String>,
    ways: Ways,
    is_by_verdict: bool,
    rows: Vec<Row>,
    next: String,
    first: String,
}

#[derive(Deserialize, Default)]
struct Ways {
    #[serde(default)]
    search: String,
    #[serde(default)]
    registry: String,
    #[serde(default)]
    running: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    order: String,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl Ways {
    /// The address of the list as it is asked for, from its beginning.
    fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("outcome", self.outcome.as_str()),
            ("order", &self.order),
            ("environment", &self.environment),
            ("search", &self.search),
            ("registry", &self.registry),
            ("running", &self.running),
            ("cursor", cursor),
        ];
        address("/images", &pairs)
    }

    fn page(&self) -> ApiResult<Paging> {
        paging(&PageQuery {
            cursor: self.cursor.clone(),
            limit: self.limit,
        })
    }
}

async fn list(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let f = trip.frame(&app, &actor, "Images", Section::Images).await?;
    let counts = app.store.verdict_counts().await?;
    let mut environments: Vec<String> = counts.iter().map(|(e, _, _)| e.clone()).collect();
    environments.dedup();
    let is_by_verdict = !ways.outcome.is_empty() || ways.order == "worst";
    let (rows, next) = match is_by_verdict {
        true => by_verdict(&app, &f, &ways, environments.first()).await?,
        false => newest(&app, &f, &ways).await?,
    };
    show(&Images {
        tabs: tabs(&ways, &counts),
        registries: registries(&app).await?,
        next: next.map(|cursor| ways.address(&cursor)).unwrap_or_default(),
        first: match ways.cursor {
            Some(_) => ways.address(""),
            None => String::new(),
        },
        f,
        environments,
        is_by_verdict,
        ways,
        rows,
    })
}

fn tabs(ways: &Ways, counts: &[(String, VerdictState, u64)]) -> Vec<Tab> {
    let tab = |name, outcome: &str, order: &str| {
        let mine = counts.iter().filter(|(environment, state, _)| {
            state.as_str() == outcome
                && (ways.environment.is_empty() || *environment == ways.environment)
        });
        let environment = if outcome.is_empty() && order.is_empty() {
            ""
        } else {
            &ways.environment
        };
        Tab {
            name,
            link: address(
                "/images",
                &[
                    ("outcome", outcome),
                    ("order", order),
                    ("environment", environment),
                ],
            ),
            is_here: ways.outcome == outcome && ways.order == order,
            count: (!outcome.is_empty()).then(|| mine.map(|(_, _, count)| count).sum()),
        }
    };
    vec![
        tab("Newest", "", ""),
        tab("Worst", "", "worst"),
        tab("Block", "block", ""),
        tab("Quarantine", "quarantine", ""),
        tab("Hold", "hold", ""),
        tab("Warn", "warn", ""),
        tab("Allow", "allow", ""),
    ]
}

async fn newest(app: &App, f: &Frame, ways: &Ways) -> ApiResult<(Vec<Row>, Option<String>)> {
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = ImageFilter {
        registry_id: some(&ways.registry),
        repository: None,
        search: some(&ways.search),
        running: (!ways.running.is_empty()).then_some(true),
        ..ImageFilter::default()
    };
    let page = app.store.images(&filter, &ways.page()?).await?;
    let digests: Vec<String> = page
        .items
        .iter()
        .map(|row| row.image.digest.clone())
        .collect();
    let mut verdicts: HashMap<String, Vec<Verdict>> = HashMap::new();
    for row in app.store.verdicts_of(&digests).await? {
        verdicts
            .entry(row.digest.clone())
            .or_default()
            .push(verdict::shown(row));
    }
    let rows = page.items.into_iter().map(|row| {
        let mine = verdicts.remove(&row.image.digest).unwrap_or_default();
        let all: Vec<&str> = mine.iter().map(|v| called(&v.environment)).collect();
        let environments = all.join(", ");
        let worst = mine.iter().max_by_key(|verdict| verdict.outcome);
        let at = f.when(&row.image.first_seen);
        let digest = &row.image.digest;
        built(
            digest,
            Some(&row.names),
            worst,
            environments,
            row.running,
            at,
        )
    });
    Ok((rows.collect(), page.next.map(|cursor| cursor.to_string())))
}

/// What an environment is called.
pub(super) fn called(environment: &str) -> &str {
    match environment {
        "" => "no environment",
        named => named,
    }
}

async fn by_verdict(
    app: &App,
    f: &Frame,
    ways: &Ways,
    usual: Option<&String>,
) -> ApiResult<(Vec<Row>, Option<String>)> {
    let state = match ways.outcome.as_str() {
        "" => None,
        word => {
            let known = Outcome::by_name(word);
            known.ok_or_else(|| ApiError::invalid("`outcome` is none that there is"))?;
            Some(word.parse()?)
        }
    };
    let environment = Some(ways.environment.clone()).filter(|e| !e.is_empty());
    let filter = VerdictFilter {
        environment: match state {
            // The worst are listed of one environment: the first, where none is said.
            None => environment
                .or_else(|| usual.cloned())
                .or(Some(String::new())),
            Some(_) => environment,
        },
        state,
        ..VerdictFilter::default()
    };
    let page = app.store.verdicts(&filter, &ways.page()?).await?;
    let digests: Vec<String> = page.items.iter().map(|row| row.digest.clone()).collect();
    let names = app.store.newest_names(&digests).await?;
    let running = app.store.running(&digests).await?;
    let rows = page.items.into_iter().map(|row| {
        let row = verdict::shown(row);
        let running = running.get(&row.digest).copied().unwrap_or(0);
        let environment = called(&row.environment).to_owned();
        let at = f.when(&row.decided_at);
        built(
            &row.digest,
            names.get(&row.digest),
            Some(&row),
            environment,
            running,
            at,
        )
    });
    Ok((rows.collect(), page.next.map(|cursor| cursor.to_string())))
}

fn built(
    digest: &str,
    names: Option<&Vec<ImageName>>,
    verdict: Option<&Verdict>,
    environments: String,
    running: u64,
    at: Part,
) -> Row {
    Row {
        name: name(names),
        link: image::page(digest),
        digest: parts::digest(digest),
        more: names.map_or(0, Vec::len).saturating_sub(1),
        verdict: verdict.map(|verdict| parts::chip(verdict.outcome.name())),
        environments,
        counts: verdict.map(|verdict| parts::counts(&verdict.findings)),
        gaps: verdict.map_or(0, |verdict| verdict.gaps),
        why: verdict
            .and_then(|v| v.reasons.first().cloned())
            .unwrap_or_default(),
        running,
        at,
    }
}
