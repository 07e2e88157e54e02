//! What people decide about images: hold, quarantine, lift, ask for a release, answer one,
//! have an image looked at again.

use axum::extract::{Path, State};
use axum::response::Response;
use lazaret_store::VerdictState;
use lazaret_wire::api::{HoldChange, HoldState, NewRelease, Role, ScanRequest, SeenVerdict};
use serde::Deserialize;

use super::done;
use super::form::{AnalystForm, ApproverForm};
use super::routes::Routes;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::queries::{hold, job, verdict};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .form("/holds", Some(Role::Analyst), change)
        .form("/verdicts/seen", Some(Role::Analyst), seen)
        .form("/releases", Some(Role::Analyst), ask)
        .form("/releases/{id}", Some(Role::Approver), answer)
        .form("/scans", Some(Role::Analyst), scan)
}

/// A page of ours to go back to; another one where it is none.
pub(super) fn back(wished: &str, otherwise: &str) -> String {
    match super::access::is_ours(wished) {
        true => wished.to_owned(),
        false => otherwise.to_owned(),
    }
}

/// A number that a form may leave empty.
///
/// # Errors
/// For what is no number.
pub(super) fn number(text: &str, name: &str) -> ApiResult<Option<u32>> {
    match text.trim() {
        "" => Ok(None),
        text => {
            let number = text.parse().map(Some);
            number.map_err(|_| ApiError::invalid(format!("{name} is a whole number")))
        }
    }
}

#[derive(Deserialize)]
struct Change {
    registry: String,
    repository: String,
    digest: String,
    state: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    even_if_running: String,
    #[serde(default)]
    back: String,
}

async fn change(
    State(app): State<App>,
    AnalystForm(actor, form): AnalystForm<Change>,
) -> ApiResult<Response> {
    let unknown = || ApiError::invalid("`state` is none that there is");
    let state = HoldState::by_name(&form.state).ok_or_else(unknown)?;
    let wanted = HoldChange {
        registry: form.registry,
        repository: form.repository,
        digest: form.digest,
        state,
        reason: form.reason,
        hours: number(&form.hours, "hours")?,
        even_if_running: !form.even_if_running.is_empty(),
    };
    hold::change(&app, wanted, actor.by(app.now())).await?;
    let code = match state {
        HoldState::Held => "held",
        HoldState::Quarantined => "quarantined",
        _ => "lifted",
    };
    Ok(done(&back(&form.back, "/quarantine"), code))
}

#[derive(Deserialize)]
struct Looked {
    digest: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

/// Marks what warns of an image as seen, in every environment: the queue tells of it once.
async fn seen(
    State(app): State<App>,
    AnalystForm(actor, form): AnalystForm<Looked>,
) -> ApiResult<Response> {
    let by = actor.by(app.now());
    for row in app
        .store
        .verdicts_of(std::slice::from_ref(&form.digest))
        .await?
    {
        if row.state != VerdictState::Warn {
            continue;
        }
        let seen = SeenVerdict {
            digest: row.digest,
            environment: row.environment,
            reason: form.reason.clone(),
        };
        verdict::see(&app, seen, by.clone()).await?;
    }
    Ok(done(&back(&form.back, "/review?show=warned"), "seen"))
}

#[derive(Deserialize)]
struct Ask {
    registry: String,
    repository: String,
    digest: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    back: String,
}

async fn ask(
    State(app): State<App>,
    AnalystForm(actor, form): AnalystForm<Ask>,
) -> ApiResult<Response> {
    let by = hold::person(&app, &actor).await?;
    let days = number(&form.days, "days")?;
    let wanted = NewRelease {
        registry: form.registry,
        repository: form.repository,
        digest: form.digest,
        reason: form.reason,
        hours: days.map(|days| days.saturating_mul(24)),
    };
    hold::request(&app, wanted, by).await?;
    Ok(done(&back(&form.back, "/quarantine"), "asked"))
}

#[derive(Deserialize)]
struct Answer {
    answer: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    ApproverForm(actor, form): ApproverForm<Answer>,
) -> ApiResult<Response> {
    let approve = match form.answer.as_str() {
        "approve" => true,
        "reject" => false,
        _ => return Err(ApiError::invalid("the answer is `approve` or `reject`")),
    };
    let by = hold::person(&app, &actor).await?;
    let by = by.because(form.reason.chars().take(2000).collect::<String>());
    hold::decide(&app, &id, approve, &by).await?;
    let code = if approve { "released" } else { "rejected" };
    Ok(done(&back(&form.back, "/review"), code))
}

#[derive(Deserialize)]
struct Scan {
    registry: String,
    repository: String,
    reference: String,
    #[serde(default)]
    back: String,
}

async fn scan(
    State(app): State<App>,
    AnalystForm(actor, form): AnalystForm<Scan>,
) -> ApiResult<Response> {
    let wanted = ScanRequest {
        registry: form.registry,
        repository: form.repository,
        reference: form.reference,
    };
    job::scan(&app, wanted, &actor.by(app.now())).await?;
    Ok(done(&back(&form.back, "/jobs"), "scan"))
}
