//! What is inside an image: packages; secrets, configuration and signs of tampering.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_model::{Misconfiguration, Package, Secret, Sign};
use lazaret_wire::api::SeverityCounts;
use serde::Deserialize;

use super::layers::{count, side};
use super::{Cut, Head, Shown};
use crate::App;
use crate::auth::Viewer;
use crate::console::frame::{Frame, Section, Trip, show};
use crate::console::parts::{self, Part};
use crate::http::{ApiResult, Ask, At};

struct Row {
    name: String,
    version: String,
    kind: String,
    path: String,
    side: &'static str,
    licenses: String,
    counts: Option<Part>,
    findings: String,
}

#[derive(Template)]
#[template(path = "packages.html")]
struct Packages {
    f: Frame,
    head: Head,
    ways: Ways,
    rows: Vec<Row>,
    shown: usize,
    next: String,
    first: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Ways {
    environment: Option<String>,
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: String,
    after: Option<String>,
}

/// What tells a package from the others of its image.
fn key(package: &Package) -> String {
    let path = package
        .locations
        .first()
        .map(|l| l.path.as_str())
        .unwrap_or_default();
    format!("{} {path}", package.purl)
}

pub(super) async fn packages(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let shown = Shown::read(&app, &digest, ways.environment.as_deref()).await?;
    let title = format!("Packages · {}", shown.name());
    let f = trip.frame(&app, &actor, title, Section::Images).await?;
    let report = shown.report.as_deref();
    let text = ways.q.trim().to_lowercase();
    let wants = |package: &&Package| {
        (text.is_empty() || package.purl.to_string().to_lowercase().contains(&text))
            && (ways.from.is_empty() || side(package.from_base) == ways.from)
    };
    let all = report.map(|r| r.packages.as_slice()).unwrap_or_default();
    let wanted: Vec<&Package> = all.iter().filter(wants).collect();
    let mut counts: HashMap<&str, SeverityCounts> = HashMap::new();
    let open = report.map(|r| r.findings.as_slice()).unwrap_or_default();
    for finding in open.iter().filter(|f| f.suppressed.is_none()) {
        count(
            counts.entry(&finding.package.purl).or_default(),
            finding.severity,
        );
    }
    let cut = Cut::of(&wanted, ways.after.as_deref(), |package| key(package));
    let rows = wanted[cut.from..cut.to].iter().map(|package| {
        let mine = counts.get(package.purl.to_string().as_str());
        Row {
            name: package.name.clone(),
            version: package.version.clone(),
            kind: package.kind().to_owned(),
            path: package
                .locations
                .first()
                .map(|l| l.path.clone())
                .unwrap_or_default(),
            side: side(package.from_base),
            licenses: package.licenses.join(", "),
            counts: mine.map(parts::counts),
            findings: shown.address("/findings", &[("q", &package.name)]),
        }
    });
    let again = |after: &str| {
        shown.address(
            "/packages",
            &[("q", &ways.q), ("from", &ways.from), ("after", after)],
        )
    };
    let last = wanted
        .get(cut.to.wrapping_sub(1))
        .map(|package| key(package));
    show(&Packages {
        rows: rows.collect(),
        shown: cut.total,
        next: match (cut.has_more(), &last) {
            (true, Some(last)) => again(last),
            _ => String::new(),
        },
        first: if cut.from > 0 {
            again("")
        } else {
            String::new()
        },
        head: shown.head("/packages"),
        f,
        ways,
    })
}

/// Rows of each kind that are shown.
const MOST: usize = 500;

#[derive(Template)]
#[template(path = "configuration.html")]
struct Configuration {
    f: Frame,
    head: Head,
    secrets: Vec<(Part, Secret)>,
    borne: Vec<(Part, Secret)>,
    misconfigurations: Vec<(Part, Misconfiguration)>,
    signs: Vec<(Part, String, Sign)>,
    passed: usize,
}

#[derive(Deserialize)]
pub(super) struct Place {
    environment: Option<String>,
}

pub(super) async fn configuration(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(place): Ask<Place>,
) -> ApiResult<Response> {
    let shown = Shown::read(&app, &digest, place.environment.as_deref()).await?;
    let title = format!("Secrets and configuration · {}", shown.name());
    let f = trip.frame(&app, &actor, title, Section::Images).await?;
    let report = shown.report.as_deref().cloned().unwrap_or_else(empty);
    let (failed, rest): (Vec<_>, Vec<_>) = report
        .misconfigurations
        .into_iter()
        .partition(Misconfiguration::counts);
    let (counted, borne): (Vec<_>, Vec<_>) = report.secrets.into_iter().partition(Secret::counts);
    let chip = |severity: lazaret_model::Severity| parts::chip(severity.name());
    show(&Configuration {
        head: shown.head("/configuration"),
        secrets: counted
            .into_iter()
            .take(MOST)
            .map(|s| (chip(s.severity), s))
            .collect(),
        borne: borne
            .into_iter()
            .take(MOST)
            .map(|s| (chip(s.severity), s))
            .collect(),
        misconfigurations: failed
            .into_iter()
            .take(MOST)
            .map(|m| (chip(m.severity), m))
            .collect(),
        signs: report
            .signs
            .into_iter()
            .take(MOST)
            .map(|s| (chip(s.severity), s.kind.name().replace('_', " "), s))
            .collect(),
        passed: rest.len(),
        f,
    })
}

fn empty() -> lazaret_model::Report {
    lazaret_model::Report {
        schema: lazaret_model::REPORT_SCHEMA.into(),
        scanner: lazaret_model::Scanner {
            name: String::new(),
            version: String::new(),
        },
        target: lazaret_model::Target::default(),
        database: None,
        packages: Vec::new(),
        findings: Vec::new(),
        misconfigurations: Vec::new(),
        secrets: Vec::new(),
        licenses: Vec::new(),
        signs: Vec::new(),
        vex: Vec::new(),
        rebase: None,
        gaps: Vec::new(),
        decision: lazaret_model::Decision::default(),
    }
}
