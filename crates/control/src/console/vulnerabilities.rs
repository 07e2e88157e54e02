//! The vulnerabilities' side: what is known against anything that is here.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{Level, Role, VulnerabilityQuery};
use serde::Deserialize;

use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use super::vulnerability;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask};
use crate::queries::vulnerability as queries;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/vulnerabilities", Some(Role::Viewer), list)
        .page(
            "/vulnerabilities/{id}",
            Some(Role::Viewer),
            vulnerability::one,
        )
}

struct Row {
    id: String,
    link: String,
    severity: Part,
    kev: bool,
    fixable: bool,
    packages: u64,
    images: u64,
    running: u64,
    first_seen: Part,
}

#[derive(Template)]
#[template(path = "vulnerabilities.html")]
struct List {
    f: Frame,
    ways: Ways,
    environments: Vec<String>,
    rows: Vec<Row>,
    next: String,
    first: String,
}

#[derive(Deserialize, Default)]
struct Ways {
    #[serde(default)]
    id: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    package: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    fixable: String,
    #[serde(default)]
    kev: String,
    #[serde(default)]
    running: String,
    cursor: Option<String>,
}

/// How a level is called.
pub(super) fn word(level: Level) -> &'static str {
    match level {
        Level::Unknown => "unknown",
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
        Level::Critical => "critical",
    }
}

impl Ways {
    fn query(&self) -> ApiResult<VulnerabilityQuery> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let ticked = |text: &str| (!text.is_empty()).then_some(true);
        let severity = match self.severity.as_str() {
            "" => None,
            name => {
                let known = Level::ALL.into_iter().find(|level| word(*level) == name);
                let unknown = || ApiError::invalid("`severity` is none that there is");
                Some(known.ok_or_else(unknown)?)
            }
        };
        Ok(VulnerabilityQuery {
            id: some(&self.id),
            severity,
            package: some(&self.package),
            state: None,
            fixable: ticked(&self.fixable),
            kev: ticked(&self.kev),
            environment: some(&self.environment),
            running: ticked(&self.running),
        })
    }

    fn address(&self, cursor: &str) -> String {
        let pairs = [
            ("id", self.id.as_str()),
            ("severity", &self.severity),
            ("package", &self.package),
            ("environment", &self.environment),
            ("fixable", &self.fixable),
            ("kev", &self.kev),
            ("running", &self.running),
            ("cursor", cursor),
        ];
        address("/vulnerabilities", &pairs)
    }
}

/// The address of a vulnerability's page.
pub(super) fn link(id: &str) -> String {
    format!("/vulnerabilities/{}", parts::encoded(id))
}

async fn list(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Vulnerabilities", Section::Vulnerabilities)
        .await?;
    let page = PageQuery {
        cursor: ways.cursor.clone(),
        limit: None,
    };
    let page = queries::list(&app, ways.query()?, &paging(&page)?).await?;
    let environments = app.store.judged_environments().await?;
    let row = |one: lazaret_wire::api::Vulnerability| Row {
        link: link(&one.id),
        severity: parts::chip(word(one.severity)),
        kev: one.kev,
        fixable: one.fixable,
        packages: one.packages,
        images: one.images,
        running: one.running,
        first_seen: f.when(&one.first_seen_at),
        id: one.id,
    };
    show(&List {
        next: page
            .next
            .map(|cursor| ways.address(&cursor.to_string()))
            .unwrap_or_default(),
        first: match ways.cursor {
            Some(_) => ways.address(""),
            None => String::new(),
        },
        rows: page.items.into_iter().map(row).collect(),
        environments,
        ways,
        f,
    })
}
