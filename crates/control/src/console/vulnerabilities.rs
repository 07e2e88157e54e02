//! The vulnerabilities' side: what is known against anything that is here, and where that is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{
    Level, Role, RunningWorkload, VulnerabilityPlace, VulnerabilityQuery, VulnerableImage,
    VulnerablePackage,
};
use serde::Deserialize;

use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask, At};
use crate::queries::{image, vulnerability as queries};

/// Images of a page: each is read with its names, its verdicts and what runs it.
const IMAGES: u32 = 20;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/vulnerabilities", Some(Role::Viewer), list)
        .page("/vulnerabilities/{id}", Some(Role::Viewer), one)
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
    let counts = app.store.verdict_counts().await?;
    let mut environments: Vec<String> = counts.into_iter().map(|(e, _, _)| e).collect();
    environments.dedup();
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

struct Image {
    name: String,
    link: String,
    finding: String,
    digest: Part,
    running: u64,
    verdicts: Vec<(Part, String)>,
}

/// What stands above a vulnerability's page.
struct Head {
    severity: Part,
    kev: bool,
    fixable: bool,
    title: String,
    packages: u64,
    images: u64,
    running: u64,
    first_seen: Part,
    counted: Part,
}

#[derive(Template)]
#[template(path = "vulnerability.html")]
struct One {
    f: Frame,
    id: String,
    /// `None`: nothing that is here has it.
    head: Option<Head>,
    packages: Vec<(Part, VulnerablePackage)>,
    places: Vec<VulnerabilityPlace>,
    workloads: Vec<(Part, RunningWorkload)>,
    images: Vec<Image>,
    next: String,
    first: String,
}

async fn one(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(id): At<String>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, id.clone(), Section::Vulnerabilities)
        .await?;
    let detail = match queries::read(&app, &id).await {
        Ok(detail) => detail,
        // That nothing here has it is an answer, and a good one.
        Err(error) if error.problem().status == 404 && id.len() <= 100 => {
            return show(&One {
                f,
                id,
                head: None,
                packages: Vec::new(),
                places: Vec::new(),
                workloads: Vec::new(),
                images: Vec::new(),
                next: String::new(),
                first: String::new(),
            });
        }
        Err(error) => return Err(error),
    };
    let page = paging(&PageQuery {
        cursor: query.cursor.clone(),
        limit: Some(IMAGES),
    })?;
    let page = queries::images(&app, &id, &page).await?;
    let next = page
        .next
        .map(|cursor| address(&link(&id), &[("cursor", &cursor.to_string())]));
    let known = &detail.vulnerability;
    show(&One {
        head: Some(Head {
            severity: parts::chip(word(known.severity)),
            kev: known.kev,
            fixable: known.fixable,
            packages: known.packages,
            images: known.images,
            running: known.running,
            first_seen: f.when(&known.first_seen_at),
            counted: f.when(&known.counted_at),
            title: detail.title,
        }),
        packages: detail
            .found_in
            .into_iter()
            .map(|package| (parts::chip(word(package.severity)), package))
            .collect(),
        places: detail.environments,
        workloads: detail
            .workloads
            .into_iter()
            .map(|workload| (parts::digest(&workload.digest), workload))
            .collect(),
        images: page.items.into_iter().map(|one| shown(one, &id)).collect(),
        next: next.unwrap_or_default(),
        first: match query.cursor {
            Some(_) => link(&id),
            None => String::new(),
        },
        f,
        id,
    })
}

fn shown(one: VulnerableImage, id: &str) -> Image {
    let name = one.image.names.first();
    let verdicts = one.verdicts.iter().map(|verdict| {
        let environment = super::images::called(&verdict.environment).to_owned();
        (parts::chip(verdict.outcome.name()), environment)
    });
    let page = image::page(&one.image.digest);
    Image {
        name: match name {
            Some(name) if name.tag.is_empty() => name.repository.clone(),
            Some(name) => format!("{}:{}", name.repository, name.tag),
            None => super::changes::name(None),
        },
        finding: address(&format!("{page}/finding"), &[("id", id)]),
        link: page,
        digest: parts::digest(&one.image.digest),
        running: one.image.running,
        verdicts: verdicts.collect(),
    }
}
