//! The policy: what counts, what counted, and what another one would decide.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::Paging;
use lazaret_wire::api::{NewPolicy, Role};
use serde::Deserialize;

use super::access::with_status;
use super::changes::name;
use super::done;
use super::form::{AnalystForm, ApproverForm};
use super::frame::{Frame, Section, Trip, show};
use super::images::called;
use super::parts::{self, Part};
use super::routes::Routes;
use crate::App;
use crate::auth::{Actor, Viewer};
use crate::http::{ApiError, ApiResult, Ask};
use crate::queries::policy as queries;
use crate::queries::{image, replay};

/// Generations that are told.
const TOLD: u32 = 20;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/policy", Some(Role::Viewer), page)
        .form("/policy", Some(Role::Approver), set)
        .form("/policy/try", Some(Role::Analyst), attempt)
}

struct Generation {
    number: i64,
    actor: String,
    reason: String,
    at: Part,
}

/// An image for which the other policy decides otherwise.
struct Differs {
    name: String,
    link: String,
    digest: Part,
    environment: String,
    running: u64,
    before: Part,
    after: Part,
    rules: Vec<String>,
}

/// What trying a policy told.
struct Tried {
    images: usize,
    decisions: usize,
    is_cut: bool,
    stopped: usize,
    passed: usize,
    otherwise: usize,
    rows: Vec<Differs>,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct Page {
    f: Frame,
    generation: i64,
    is_shown: bool,
    actor: String,
    set: Option<Part>,
    text: String,
    /// The generation that the draft was made from.
    from: i64,
    draft: String,
    reason: String,
    error: String,
    is_overtaken: bool,
    tried: Option<Tried>,
    generations: Vec<Generation>,
}

#[derive(Deserialize)]
struct Ways {
    generation: Option<i64>,
}

async fn page(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    let mut page = read(&app, trip, &actor).await?;
    if let Some(number) = ways.generation {
        let none = || ApiError::not_found("there was no such generation");
        let old = app.store.policy_at(number).await?.ok_or_else(none)?;
        page.is_shown = number == page.generation;
        page.set = Some(page.f.when(&old.at));
        (page.generation, page.actor, page.text) = (old.generation, old.actor, old.document);
        page.draft.clone_from(&page.text);
    }
    show(&page)
}

async fn read(app: &App, trip: Trip, actor: &Actor) -> ApiResult<Page> {
    let f = trip.frame(app, actor, "Policy", Section::Policy).await?;
    let state = queries::read(app).await?;
    let told = app.store.policies(&Paging::first(TOLD)).await?;
    let generation = |policy: lazaret_store::Policy| Generation {
        number: policy.generation,
        actor: policy.actor,
        reason: policy.reason,
        at: f.when(&policy.at),
    };
    Ok(Page {
        generations: told.items.into_iter().map(generation).collect(),
        set: state.set_at.map(|at| f.when(&at)),
        generation: state.generation,
        from: state.generation,
        is_overtaken: false,
        is_shown: true,
        actor: state.actor,
        draft: state.text.clone(),
        text: state.text,
        reason: String::new(),
        error: String::new(),
        tried: None,
        f,
    })
}

#[derive(Deserialize)]
struct Draft {
    /// The generation that it was made from; a form of before has none.
    from: Option<i64>,
    text: String,
    #[serde(default)]
    reason: String,
}

impl Draft {
    /// Browsers send lines with CR LF; the document is to be the one that was read.
    fn text(&self) -> String {
        self.text.replace("\r\n", "\n")
    }
}

/// The page again, with the draft and what is wrong with it. Whoever was overtaken sees what
/// counts by now, and the next attempt replaces that.
async fn wrong(
    app: &App,
    trip: Trip,
    actor: &Actor,
    draft: &Draft,
    error: &ApiError,
) -> ApiResult<Response> {
    let mut page = read(app, trip, actor).await?;
    page.is_overtaken = error.problem().status == 412;
    if !page.is_overtaken {
        page.from = draft.from.unwrap_or(page.from);
    }
    page.draft = draft.text();
    page.reason.clone_from(&draft.reason);
    page.error.clone_from(&error.problem().detail);
    with_status(&page, error)
}

async fn set(
    trip: Trip,
    State(app): State<App>,
    ApproverForm(actor, draft): ApproverForm<Draft>,
) -> ApiResult<Response> {
    let new = NewPolicy {
        text: draft.text(),
        reason: draft.reason.trim().chars().take(2000).collect(),
    };
    match queries::set(&app, new, draft.from, actor.by(app.now())).await {
        Ok(_) => Ok(done("/policy", "policy")),
        Err(error) => wrong(&app, trip, &actor, &draft, &error).await,
    }
}

async fn attempt(
    trip: Trip,
    State(app): State<App>,
    AnalystForm(actor, draft): AnalystForm<Draft>,
) -> ApiResult<Response> {
    let tried = match replay::replay(&app, &draft.text()).await {
        Ok(tried) => tried,
        Err(error) => return wrong(&app, trip, &actor, &draft, &error).await,
    };
    let mut page = read(&app, trip, &actor).await?;
    page.from = draft.from.unwrap_or(page.from);
    page.draft = draft.text();
    page.reason = draft.reason;
    page.tried = Some(told(&app, tried).await?);
    show(&page)
}

async fn told(app: &App, tried: replay::Replay) -> ApiResult<Tried> {
    let mut digests: Vec<String> = tried.rows.iter().map(|row| row.digest.clone()).collect();
    digests.dedup();
    let names = app.store.newest_names(&digests).await?;
    let running = app.store.running(&digests).await?;
    let count = |wanted: fn(&replay::Row) -> bool| tried.rows.iter().filter(|r| wanted(r)).count();
    let (stopped, passed) = (
        count(|row| row.is_stopped() && !row.was_stopped()),
        count(|row| !row.is_stopped() && row.was_stopped()),
    );
    let chip = |outcome| parts::chip(lazaret_policy::outcome_name(outcome));
    let row = |row: replay::Row| Differs {
        name: name(names.get(&row.digest)),
        link: image::page(&row.digest),
        digest: parts::digest(&row.digest),
        environment: called(&row.environment).to_owned(),
        running: running.get(&row.digest).copied().unwrap_or(0),
        before: chip(row.before),
        after: chip(row.after),
        rules: row.rules,
    };
    Ok(Tried {
        images: tried.images,
        decisions: tried.decisions,
        is_cut: tried.is_cut,
        stopped,
        passed,
        otherwise: tried.rows.len() - stopped - passed,
        rows: tried.rows.into_iter().map(row).collect(),
    })
}
