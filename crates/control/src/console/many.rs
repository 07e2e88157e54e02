//! One decision about several images of a page: bounded, with one reason, and each of them
//! in the log as if it had been decided alone.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use lazaret_wire::api::{HoldChange, HoldState, Role};
use serde::Deserialize;

use super::act::back;
use super::done;
use super::form::AnalystForm;
use super::held::Held;
use super::routes::Routes;
use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::queries::hold;

/// Images that are decided on at once, at most: those of a page.
const MOST: usize = 50;

/// Between the parts of what is chosen; in no name and no digest.
const SEPARATOR: char = ' ';

pub(super) fn routes(routes: Routes) -> Routes {
    routes.form("/holds/several", Some(Role::Analyst), change)
}

impl Held {
    /// What a form sends when this one is chosen.
    pub(super) fn chosen(&self) -> String {
        let parts = [&self.registry, &self.repository, &self.digest];
        parts.map(String::as_str).join(&SEPARATOR.to_string())
    }
}

#[derive(Deserialize)]
struct Several {
    state: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
    /// `item-0`, `item-1` …: a form that cannot repeat a field names each.
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

async fn change(
    State(app): State<App>,
    AnalystForm(actor, form): AnalystForm<Several>,
) -> ApiResult<Response> {
    let state = match HoldState::by_name(&form.state) {
        Some(state @ (HoldState::Held | HoldState::Quarantined)) => state,
        _ => return Err(ApiError::invalid("several are held or quarantined at once")),
    };
    let items = form
        .fields
        .iter()
        .filter(|(name, _)| name.starts_with("item-"));
    let items: Vec<&str> = items.map(|(_, item)| item.as_str()).collect();
    if items.is_empty() {
        return Err(ApiError::invalid("nothing was chosen"));
    }
    if items.len() > MOST {
        let most = format!("at most {MOST} are decided on at once");
        return Err(ApiError::invalid(most));
    }
    if form.reason.trim().is_empty() {
        return Err(ApiError::invalid("a reason is needed"));
    }
    let mut wanted = Vec::with_capacity(items.len());
    for item in items {
        let mut parts = item.splitn(3, SEPARATOR).map(str::to_owned);
        let (Some(registry), Some(repository), Some(digest)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(ApiError::invalid("what was chosen names no image"));
        };
        wanted.push(HoldChange {
            registry,
            repository,
            digest,
            state,
            reason: form.reason.clone(),
            hours: None,
            even_if_running: false,
        });
    }
    for wanted in wanted {
        hold::change(&app, wanted, actor.by(app.now())).await?;
    }
    let code = match state {
        HoldState::Held => "several-held",
        _ => "several-quarantined",
    };
    Ok(done(&back(&form.back, "/review"), code))
}
