//! Exceptions: what is known and borne, by whom, why, and until when.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{NewException, PolicyException, Role};
use serde::Deserialize;

use super::access::with_status;
use super::act::number;
use super::done;
use super::form::ApproverForm;
use super::frame::{Frame, Section, Trip, show};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::{Actor, Viewer};
use crate::http::{ApiResult, Ask};
use crate::queries::policy as queries;

/// What a first exception begins with.
const EXAMPLE: &str = "apiVersion: lazaret.dev/v1\nexceptions:\n  - name: a-name\n    ids: [CVE-2026-1234]\n    \
     packages:\n      - { purl: pkg:npm/name, versions: \"=1.2.3\" }\n    reason: why it is borne\n    \
     owner: team@example.com\n    expires: 2027-12-31\n";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/exceptions", Some(Role::Viewer), list)
        .form("/exceptions", Some(Role::Approver), grant)
        .form("/exceptions/{id}/revoke", Some(Role::Approver), revoke)
}

struct Row {
    exception: PolicyException,
    state: Part,
    counts: bool,
    at: Part,
    until: Option<Part>,
}

#[derive(Template)]
#[template(path = "exceptions.html")]
struct List {
    f: Frame,
    rows: Vec<Row>,
    next: String,
    first: String,
    draft: String,
    reason: String,
    days: String,
    error: String,
}

async fn list(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Response> {
    show(&read(&app, trip, &actor, &query).await?)
}

async fn read(app: &App, trip: Trip, actor: &Actor, query: &PageQuery) -> ApiResult<List> {
    let f = trip
        .frame(app, actor, "Exceptions", Section::Exceptions)
        .await?;
    let page = queries::exceptions(app, &paging(query)?).await?;
    let row = |exception: PolicyException| {
        let is_over = exception.until.is_some_and(|until| until <= f.now);
        let state = match (exception.revoked_at.is_some(), is_over) {
            (true, _) => "revoked",
            (false, true) => "expired",
            (false, false) => "valid",
        };
        Row {
            state: parts::chip(state),
            counts: state == "valid",
            at: f.when(&exception.created_at),
            until: exception.until.map(|until| f.when(&until)),
            exception,
        }
    };
    let next = page
        .next
        .map(|next| address("/exceptions", &[("cursor", &next.to_string())]));
    Ok(List {
        rows: page.items.into_iter().map(row).collect(),
        next: next.unwrap_or_default(),
        first: if query.cursor.is_some() {
            "/exceptions".into()
        } else {
            String::new()
        },
        draft: EXAMPLE.into(),
        reason: String::new(),
        days: "90".into(),
        error: String::new(),
        f,
    })
}

#[derive(Deserialize)]
struct Grant {
    text: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    days: String,
}

async fn grant(
    trip: Trip,
    State(app): State<App>,
    ApproverForm(actor, form): ApproverForm<Grant>,
) -> ApiResult<Response> {
    let text = form.text.replace("\r\n", "\n");
    let granted = match number(&form.days, "days") {
        Ok(days) => {
            let new = NewException {
                text: text.clone(),
                reason: form.reason.trim().chars().take(2000).collect(),
                days,
            };
            queries::grant(&app, new, actor.by(app.now())).await
        }
        Err(error) => Err(error),
    };
    match granted {
        Ok(_) => Ok(done("/exceptions", "granted")),
        Err(error) => {
            let mut page = read(&app, trip, &actor, &PageQuery::default()).await?;
            (page.draft, page.reason, page.days) = (text, form.reason, form.days);
            page.error.clone_from(&error.problem().detail);
            with_status(&page, &error)
        }
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    ApproverForm(actor, Nothing {}): ApproverForm<Nothing>,
) -> ApiResult<Response> {
    queries::revoke(&app, &id, &actor.by(app.now())).await?;
    Ok(done("/exceptions", "revoked"))
}
