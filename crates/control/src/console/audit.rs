//! What was done by whom, and whether the log holds together.

use askama::Template;
use askama::filters::Safe;
use axum::extract::State;
use axum::response::Response;
use lazaret_store::{AuditEntry, AuditFilter, Error as StoreError};
use lazaret_wire::PageQuery;
use lazaret_wire::api::Role;
use serde::Deserialize;

use super::escape::text;
use super::form::ApproverForm;
use super::frame::{Frame, Section, Trip, show};
use super::images::{Choice, registries};
use super::parts::{self, Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::{Actor, Viewer};
use crate::http::{ApiResult, Ask};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.page("/audit", Some(Role::Viewer), list).form(
        "/audit/verify",
        Some(Role::Approver),
        verify,
    )
}

struct Row {
    entry: AuditEntry,
    at: Part,
    object: Part,
    details: String,
    hash: Part,
}

/// What reading the whole log told.
struct Verified {
    is_intact: bool,
    entries: i64,
    detail: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct List {
    f: Frame,
    rows: Vec<Row>,
    ways: Ways,
    head: i64,
    head_hash: Part,
    verified: Option<Verified>,
    next: String,
    first: String,
}

#[derive(Deserialize, Default)]
struct Ways {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    object: String,
    cursor: Option<String>,
}

async fn list(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(ways): Ask<Ways>,
) -> ApiResult<Response> {
    shown(&app, trip, &actor, ways, None).await
}

async fn shown(
    app: &App,
    trip: Trip,
    actor: &Actor,
    ways: Ways,
    verified: Option<Verified>,
) -> ApiResult<Response> {
    let f = trip.frame(app, actor, "Audit log", Section::Audit).await?;
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = AuditFilter {
        actor: some(&ways.actor),
        object: some(&ways.object),
        action: some(&ways.action),
    };
    let page = paging(&PageQuery {
        cursor: ways.cursor.clone(),
        limit: None,
    })?;
    let page = app.store.audit_page(&filter, &page).await?;
    let at = |cursor: &str| {
        let pairs = [
            ("actor", ways.actor.as_str()),
            ("action", &ways.action),
            ("object", &ways.object),
            ("cursor", cursor),
        ];
        address("/audit", &pairs)
    };
    let known = registries(app).await?;
    let row = |entry: AuditEntry| Row {
        at: f.when(&entry.at),
        details: match entry.details.as_str() {
            "{}" => String::new(),
            details => details.to_owned(),
        },
        hash: parts::digest(&entry.hash),
        object: object(&entry.object, &known),
        entry,
    };
    let head = app.store.audit_head().await?;
    show(&List {
        next: page
            .next
            .map(|next| at(&next.to_string()))
            .unwrap_or_default(),
        first: if ways.cursor.is_some() {
            at("")
        } else {
            String::new()
        },
        rows: page.items.into_iter().map(row).collect(),
        head: head.seq,
        head_hash: parts::digest(&head.hash),
        verified,
        ways,
        f,
    })
}

/// What an entry is about, for people: `image:REGISTRY/REPOSITORY@DIGEST` with the name of the
/// registry and a link.
fn object(object: &str, known: &[Choice]) -> Part {
    let whole = text(object);
    let name = |id: &str| {
        let found = known.iter().find(|choice| choice.id == id);
        found.map_or(id, |choice| choice.name.as_str()).to_owned()
    };
    let image = object
        .strip_prefix("image:")
        .and_then(|rest| rest.split_once('/'));
    let image = image.and_then(|(registry, rest)| {
        let (repository, digest) = rest.rsplit_once('@')?;
        Some((name(registry), repository, digest))
    });
    if let Some((registry, repository, digest)) = image {
        return Safe(format!(
            r#"<a href="/images/{}" title="{whole}">{}/{}</a><span class="under">{}</span>"#,
            text(digest),
            text(&registry),
            text(repository),
            parts::digest(digest).0
        ));
    }
    match object.strip_prefix("registry:") {
        Some(id) => Safe(format!("registry:{}", text(&name(id)))),
        None => Safe(whole),
    }
}

#[derive(Deserialize)]
struct Nothing {}

/// Reads the whole log, and shows what that told.
async fn verify(
    trip: Trip,
    State(app): State<App>,
    ApproverForm(actor, Nothing {}): ApproverForm<Nothing>,
) -> ApiResult<Response> {
    let verified = match app.store.verify_audit().await {
        Ok(head) => Verified {
            is_intact: true,
            entries: head.seq,
            detail: String::new(),
        },
        Err(StoreError::Corrupt { detail, .. }) => Verified {
            is_intact: false,
            entries: app.store.audit_head().await?.seq,
            detail,
        },
        Err(other) => return Err(other.into()),
    };
    shown(&app, trip, &actor, Ways::default(), Some(verified)).await
}
