//! The first page of an image.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::HoldFilter;
use lazaret_store::Paging;
use lazaret_wire::api::{HoldState, Verdict, Workload};
use serde::Deserialize;

use super::layers::{self, Layer, Side};
use super::{Head, Shown};
use crate::App;
use crate::auth::Viewer;
use crate::console::frame::{Frame, Section, Trip, show};
use crate::console::images::{called, registries};
use crate::console::parts::{self, Part, bytes};
use crate::http::{ApiResult, Ask, At};
use crate::queries::hold;

/// Names and workloads that are shown.
const SHOWN: usize = 50;

/// What was decided for an environment.
struct Decision {
    environment: String,
    link: String,
    is_here: bool,
    outcome: Part,
    counts: Part,
    reasons: Vec<String>,
    generation: Part,
    advisories: Part,
    at: Part,
}

/// Gaps of a kind.
struct Gaps {
    kind: String,
    count: usize,
    some: Vec<String>,
}

/// A name of the image, and how it stands under it.
pub(super) struct Name {
    pub(super) registry: String,
    pub(super) registry_name: String,
    pub(super) repository: String,
    pub(super) digest: String,
    pub(super) tag: String,
    pub(super) pushed: Part,
    pub(super) replaced: Option<Part>,
    pub(super) state: HoldState,
    pub(super) chip: Part,
    pub(super) reason: String,
    /// Whether this is the first row of its repository: forms are about repositories.
    pub(super) is_first: bool,
}

#[derive(Template)]
#[template(path = "image.html")]
struct Page {
    f: Frame,
    head: Head,
    decisions: Vec<Decision>,
    gaps: Vec<Gaps>,
    gap_count: usize,
    names: Vec<Name>,
    more_names: usize,
    workloads: Vec<Workload>,
    more_workloads: usize,
    layers: Vec<Layer>,
    /// Of many layers, those that brought nothing.
    quiet: Vec<Layer>,
    sides: Vec<Side>,
    base: String,
    base_why: String,
    is_guess: bool,
    platform: String,
    distro: String,
    size: String,
    created: String,
    first_seen: Part,
    is_looked_at: bool,
    is_index: bool,
}

#[derive(Deserialize)]
pub(super) struct Ways {
    environment: Option<String>,
}

pub(super) async fn page(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(digest): At<String>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let shown = Shown::read(&app, &digest, ways.environment.as_deref()).await?;
    let f = trip
        .frame(&app, &actor, shown.name(), Section::Images)
        .await?;
    let names = names(&app, &f, &shown).await?;
    let image = &shown.detail.image;
    let report = shown.report.as_deref();
    let target = report.map(|report| &report.target);
    let base = target.and_then(|target| target.base.as_ref());
    let distro = target.and_then(|target| target.distro.as_ref());
    let (layers, quiet) = layers::told(report.map(layers::map).unwrap_or_default());
    let decisions = shown.detail.verdicts.iter();
    let decisions = decisions
        .map(|verdict| decision(&f, &shown, verdict))
        .collect();
    show(&Page {
        head: shown.head(""),
        decisions,
        gaps: report.map(|report| gaps(&report.gaps)).unwrap_or_default(),
        gap_count: report.map_or(0, |report| report.gaps.len()),
        more_names: image.names.len().saturating_sub(SHOWN),
        names,
        more_workloads: shown.detail.workloads.len().saturating_sub(SHOWN),
        workloads: shown.detail.workloads.iter().take(SHOWN).cloned().collect(),
        layers,
        quiet,
        sides: report.map(layers::sides).unwrap_or_default(),
        base: base.map(|base| base.name.clone()).unwrap_or_default(),
        base_why: base.map(|base| base.why.clone()).unwrap_or_default(),
        is_guess: base.is_some_and(|base| base.guessed),
        is_index: image.platform == crate::work::INDEX,
        platform: image.platform.clone(),
        distro: distro
            .map(|d| format!("{} {}", d.id, d.version))
            .unwrap_or_default(),
        size: bytes(image.size_bytes),
        created: target.and_then(|t| t.created.clone()).unwrap_or_default(),
        first_seen: f.when(&image.first_seen_at),
        is_looked_at: report.is_some(),
        f,
    })
}

fn decision(f: &Frame, shown: &Shown, verdict: &Verdict) -> Decision {
    let link = [("environment", verdict.environment.as_str())];
    Decision {
        environment: called(&verdict.environment).to_owned(),
        link: parts::address(&format!("/images/{}", verdict.digest), &link),
        is_here: verdict.environment == shown.environment,
        outcome: parts::chip(verdict.outcome.name()),
        counts: parts::counts(&verdict.findings),
        reasons: verdict.reasons.clone(),
        generation: parts::policy(verdict.policy_generation),
        advisories: parts::digest(&verdict.advisories),
        at: f.when(&verdict.decided_at),
    }
}

fn gaps(gaps: &[lazaret_model::Gap]) -> Vec<Gaps> {
    let mut kinds: Vec<Gaps> = Vec::new();
    for gap in gaps {
        let kind = gap.kind.name().replace('_', " ");
        let line = format!("{}: {}", gap.subject, gap.detail);
        match kinds.iter_mut().find(|known| known.kind == kind) {
            Some(known) => {
                known.count += 1;
                if known.some.len() < 5 {
                    known.some.push(line);
                }
            }
            None => kinds.push(Gaps {
                kind,
                count: 1,
                some: vec![line],
            }),
        }
    }
    kinds
}

async fn names(app: &App, f: &Frame, shown: &Shown) -> ApiResult<Vec<Name>> {
    let known: HashMap<String, String> = registries(app)
        .await?
        .into_iter()
        .map(|choice| (choice.id, choice.name))
        .collect();
    let filter = HoldFilter {
        digest: Some(shown.detail.image.digest.clone()),
        ..HoldFilter::default()
    };
    let holds = app.store.holds(&filter, &Paging::first(500)).await?;
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut names = Vec::new();
    for name in shown.detail.image.names.iter().take(SHOWN) {
        let mine = holds.items.iter().find(|hold| {
            hold.key.registry_id == name.registry && hold.key.repository == name.repository
        });
        let state = mine.map_or(HoldState::Clear, |mine| hold::state(mine.state));
        let place = (name.registry.as_str(), name.repository.as_str());
        let is_first = !seen.contains(&place);
        seen.push(place);
        names.push(Name {
            registry_name: known.get(&name.registry).cloned().unwrap_or_default(),
            registry: name.registry.clone(),
            repository: name.repository.clone(),
            digest: shown.detail.image.digest.clone(),
            tag: name.tag.clone(),
            pushed: f.when(&name.pushed_at),
            replaced: name.replaced_at.map(|at| f.when(&at)),
            chip: parts::chip(state.name()),
            state,
            reason: mine.map(|mine| mine.reason.clone()).unwrap_or_default(),
            is_first,
        });
    }
    Ok(names)
}
