//! One finding, explained; and why something is not found.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use lazaret_match::{MatchOptions, absence};
use lazaret_model::{Evidence, Finding, Inventory, Report};
use serde::Deserialize;

use super::{Head, Shown, sentence};
use crate::App;
use crate::auth::{Actor, Viewer};
use crate::console::frame::{Frame, Section, Trip, show};
use crate::console::parts::{self, Part};
use crate::http::{ApiError, ApiResult, Ask, At};

/// Records of an absence, packages of an exception, locations that are told.
const TOLD: usize = 50;

/// Days that an exception lasts where nobody says how many.
const LASTS: i64 = 90;

/// An opinion about how bad it is.
struct Opinion {
    source: String,
    level: String,
    score: String,
    vector: String,
}

/// A rule that rests on the finding.
struct Rule {
    name: String,
    message: String,
    outcome: Part,
    facts: Vec<String>,
}

/// A finding, as its page tells it.
struct Told {
    finding: Finding,
    severity: Part,
    status: Part,
    layer: String,
    step: String,
    side: &'static str,
    opinions: Vec<Opinion>,
    rules: Vec<Rule>,
    locations: Vec<String>,
    records: Vec<(Evidence, String)>,
    sentences: Vec<String>,
    rated_by: String,
    published: String,
    /// A document that would bear it, to begin with.
    exception: String,
}

/// Why nothing of that id is found.
struct Missing {
    id: String,
    is_known: bool,
    considered: Vec<(String, String, String)>,
    gaps: usize,
}

#[derive(Template)]
#[template(path = "finding.html")]
struct Page {
    f: Frame,
    head: Head,
    told: Option<Told>,
    missing: Option<Missing>,
    back: String,
}

#[derive(Deserialize)]
pub(super) struct Ways {
    environment: Option<String>,
    #[serde(default)]
    key: String,
    #[serde(default)]
    id: String,
}

pub(super) async fn page(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let shown = Shown::read(&app, &digest, ways.environment.as_deref()).await?;
    let none = || ApiError::not_found("nobody has looked at the image yet");
    let report = shown.report.as_deref().ok_or_else(none)?;
    let id = ways.id.trim();
    let is_meant = |f: &&Finding| match ways.key.is_empty() {
        true => f.id == id || f.aliases.iter().any(|alias| alias == id),
        false => f.key == ways.key,
    };
    let found = report.findings.iter().find(is_meant);
    if found.is_none() && id.is_empty() {
        return Err(ApiError::not_found(
            "there is no such finding; newer advisories or another inventory may have taken it away",
        ));
    }
    let missing = match found {
        Some(_) => None,
        None => Some(missing(&app, report, id).await?),
    };
    let title = found.map_or(id, |finding| finding.id.as_str());
    let title = format!("{title} · {}", shown.name());
    show(&Page {
        f: trip.frame(&app, &actor, title, Section::Images).await?,
        head: shown.head("/findings"),
        back: shown.address("/findings", &[]),
        told: found.map(|finding| told(report, finding, exception(finding, &actor, app.now()))),
        missing,
    })
}

fn told(report: &Report, finding: &Finding, exception: String) -> Told {
    let package = report
        .packages
        .iter()
        .find(|p| p.purl.to_string() == finding.package.purl);
    let at = package.and_then(|package| package.locations.first()?.layer.as_ref());
    let layers = &report.target.layers;
    let place = layers.iter().position(|layer| Some(&layer.diff_id) == at);
    let step = place.and_then(|place| layers[place].created_by.clone());
    let layer = place
        .map(|place| format!("{} of {}", place + 1, layers.len()))
        .unwrap_or_default();
    let mut records = vec![finding.evidence.clone()];
    records.extend(finding.also.iter().cloned());
    Told {
        severity: parts::chip(finding.severity.name()),
        status: parts::chip(finding.status.name()),
        sentences: sentence::whole(report, finding, &layer),
        rated_by: sentence::rated_by(finding).to_owned(),
        published: day(finding.published.as_deref()),
        layer,
        step: step.unwrap_or_default(),
        side: super::layers::side(finding.from_base),
        opinions: opinions(finding),
        rules: rules(report, finding),
        locations: finding
            .evidence
            .locations
            .iter()
            .take(TOLD)
            .cloned()
            .collect(),
        records: records
            .into_iter()
            .map(|record| {
                let compared = sentence::compared(&record);
                (record, compared)
            })
            .collect(),
        exception,
        finding: finding.clone(),
    }
}

/// The day of a time that a record tells; what is no time stays as it is.
fn day(told: Option<&str>) -> String {
    let told = told.unwrap_or_default();
    match told.split_once('T') {
        Some((day, _)) => day.to_owned(),
        None => told.to_owned(),
    }
}

fn opinions(finding: &Finding) -> Vec<Opinion> {
    let levels = finding.ratings.iter().map(|rating| Opinion {
        source: rating.source.clone(),
        level: rating
            .severity
            .map(|s| s.name().to_owned())
            .unwrap_or_default(),
        score: String::new(),
        vector: rating.vector.clone().unwrap_or_default(),
    });
    let scores = finding.cvss.iter().map(|cvss| Opinion {
        source: cvss.source.clone(),
        level: format!("CVSS {}", cvss.version),
        score: cvss
            .score
            .map_or_else(|| "malformed".into(), |score| format!("{score:.1}")),
        vector: cvss.vector.clone(),
    });
    let vectors: Vec<&str> = finding
        .cvss
        .iter()
        .map(|cvss| cvss.vector.as_str())
        .collect();
    levels
        // A vector that is scored below says the same, and more.
        .filter(|one| one.vector.is_empty() || !vectors.contains(&one.vector.as_str()))
        .chain(scores)
        .collect()
}

fn rules(report: &Report, finding: &Finding) -> Vec<Rule> {
    let reasons = report.decision.reasons.iter();
    reasons
        .filter(|reason| reason.findings.contains(&finding.key))
        .map(|reason| Rule {
            name: reason.rule.clone(),
            message: reason.message.clone(),
            outcome: parts::chip(lazaret_policy::outcome_name(reason.outcome)),
            facts: reason.facts.clone(),
        })
        .collect()
}

/// A document of an exception for a finding, to be read and changed before it is granted.
/// What it names is quoted, whatever it holds.
fn exception(finding: &Finding, actor: &Actor, now: Timestamp) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let plain = |text: &str| -> String {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        };
        text.chars().take(60).map(plain).collect()
    };
    let package = &finding.package;
    let purl = package
        .purl
        .split(['@', '?', '#'])
        .next()
        .unwrap_or_default();
    let ends = now
        .to_zoned(TimeZone::UTC)
        .date()
        .saturating_add(LASTS.days());
    format!(
        "apiVersion: lazaret.dev/v1\nexceptions:\n  - name: {}-{}\n    ids: [{}]\n    packages:\n      \
         - {{ purl: {}, versions: {} }}\n    reason: {}\n    owner: {}\n    expires: {ends}\n",
        plain(&finding.id),
        plain(&package.name),
        quoted(&finding.id),
        quoted(purl),
        quoted(&format!("={}", package.version)),
        quoted("why it is borne"),
        quoted(&actor.name),
    )
}

async fn missing(app: &App, report: &Report, id: &str) -> ApiResult<Missing> {
    if id.len() > 200 {
        return Err(ApiError::invalid("no id is as long as that"));
    }
    let inventory = Inventory {
        target: report.target.clone(),
        packages: report.packages.clone(),
        ..Inventory::default()
    };
    let database = app.advisories.current();
    let place = app.judging.acquire().await.map_err(ApiError::internal)?;
    let sought = id.to_owned();
    let absence = tokio::task::spawn_blocking(move || {
        absence(&inventory, &database, &MatchOptions::default(), &sought)
    });
    let absence = absence.await.map_err(ApiError::internal)?;
    drop(place);
    let absence = absence.map_err(ApiError::internal)?;
    let considered = absence.considered.into_iter().take(TOLD);
    Ok(Missing {
        id: id.to_owned(),
        is_known: absence.is_known,
        considered: considered.map(|c| (c.advisory, c.feed, c.reason)).collect(),
        gaps: report.gaps.len(),
    })
}
