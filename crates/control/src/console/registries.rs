//! Registries: which are watched, how, and since when they were not listed.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use lazaret_wire::PageQuery;
use lazaret_wire::api::{
    NewRegistry, Registry, RegistryChange, RegistryCredential, RegistryKind, Role,
};
use serde::Deserialize;

use super::act::number;
use super::done;
use super::form::{AdminForm, AnalystForm};
use super::frame::{Frame, Section, Trip, show};
use super::parts::{Part, address};
use super::routes::Routes;
use crate::App;
use crate::api::paging;
use crate::auth::Viewer;
use crate::http::{ApiError, ApiResult, Ask, At, IfMatch};
use crate::queries::registry as queries;
use crate::work;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .page("/registries", Some(Role::Viewer), list)
        .form("/registries", Some(Role::Admin), create)
        .page("/registries/{id}", Some(Role::Viewer), one)
        .form("/registries/{id}", Some(Role::Admin), change)
        .form("/registries/{id}/list", Some(Role::Analyst), list_now)
        .form("/registries/{id}/secret", Some(Role::Admin), secret)
        .form("/registries/{id}/remove", Some(Role::Admin), remove)
}

struct Row {
    registry: Registry,
    listed: Option<Part>,
    every: String,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "registries.html")]
struct List {
    f: Frame,
    rows: Vec<Row>,
    kinds: [RegistryKind; 5],
    next: String,
    first: String,
}

/// Seconds as people say them.
fn every(seconds: Option<u32>) -> String {
    match seconds {
        None => "by events alone".into(),
        Some(s) if s % 86_400 == 0 => format!("every {} d", s / 86_400),
        Some(s) if s % 3600 == 0 => format!("every {} h", s / 3600),
        Some(s) if s % 60 == 0 => format!("every {} min", s / 60),
        Some(s) => format!("every {s} s"),
    }
}

fn row(f: &Frame, registry: Registry) -> Row {
    let last = registry.listed_at.unwrap_or(registry.created_at);
    let age = f.now.as_second() - last.as_second();
    // A list may take its time; two that did not come are told.
    let is_late = registry
        .list_every_seconds
        .is_some_and(|s| age > 2 * i64::from(s) + 60);
    Row {
        listed: registry.listed_at.map(|at| f.when(&at)),
        every: every(registry.list_every_seconds),
        is_late,
        registry,
    }
}

async fn list(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    Ask(query): Ask<PageQuery>,
) -> ApiResult<Response> {
    let f = trip
        .frame(&app, &actor, "Registries", Section::Registries)
        .await?;
    let page = queries::list(&app, &paging(&query)?).await?;
    let next = page
        .next
        .map(|next| address("/registries", &[("cursor", &next.to_string())]));
    show(&List {
        rows: page
            .items
            .into_iter()
            .map(|registry| row(&f, registry))
            .collect(),
        kinds: RegistryKind::ALL,
        next: next.unwrap_or_default(),
        first: if query.cursor.is_some() {
            "/registries".into()
        } else {
            String::new()
        },
        f,
    })
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    minutes: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    repositories: String,
}

impl Fields {
    fn every(&self) -> ApiResult<Option<u32>> {
        let minutes = number(&self.minutes, "minutes")?;
        Ok(minutes.map(|minutes| minutes.saturating_mul(60)))
    }

    fn credential(&self) -> Option<RegistryCredential> {
        (!self.password.is_empty()).then(|| RegistryCredential {
            username: self.username.trim().to_owned(),
            password: self.password.clone(),
        })
    }

    fn repositories(&self) -> Vec<String> {
        let words = self.repositories.split_whitespace();
        words.map(str::to_owned).collect()
    }
}

#[derive(Template)]
#[template(path = "registry_secret.html")]
struct Secret {
    f: Frame,
    name: String,
    url: String,
    secret: String,
}

/// Shows a secret, once. No address leads here a second time.
async fn told(
    trip: Trip,
    app: &App,
    actor: &crate::auth::Actor,
    made: queries::Made,
    host: &HeaderMap,
) -> ApiResult<Response> {
    let f = trip
        .frame(app, actor, "Events of a registry", Section::Registries)
        .await?;
    let url = match &app.settings.public_url {
        Some(_) => app.link(&made.registry.events_path),
        None => {
            let host = host.get("host").and_then(|host| host.to_str().ok());
            let host = host.unwrap_or(&app.settings.listen);
            format!("http://{host}{}", made.registry.events_path)
        }
    };
    show(&Secret {
        f,
        name: made.registry.name,
        url,
        secret: made.events_secret.unwrap_or_default(),
    })
}

async fn create(
    trip: Trip,
    headers: HeaderMap,
    State(app): State<App>,
    AdminForm(actor, form): AdminForm<Fields>,
) -> ApiResult<Response> {
    let unknown = || ApiError::invalid("`kind` is none that there is");
    let new = NewRegistry {
        kind: RegistryKind::by_name(&form.kind).ok_or_else(unknown)?,
        credential: form.credential(),
        list_every_seconds: form.every()?,
        repositories: form.repositories(),
        environment: Some(form.environment.trim().to_owned()).filter(|e| !e.is_empty()),
        region: form.region.trim().to_owned(),
        name: form.name.trim().to_owned(),
        url: form.url.trim().to_owned(),
        events_secret: None,
    };
    let made = queries::create(&app, new, &actor.by(app.now())).await?;
    told(trip, &app, &actor, made, &headers).await
}

#[derive(Template)]
#[template(path = "registry.html")]
struct One {
    f: Frame,
    row: Row,
    minutes: String,
    repositories: String,
    environment: String,
    made: Part,
    images: String,
}

async fn one(
    Viewer(actor): Viewer,
    trip: Trip,
    State(app): State<App>,
    At(id): At<String>,
) -> ApiResult<Response> {
    let registry = queries::read(&app, &id).await?;
    let f = trip
        .frame(&app, &actor, registry.name.clone(), Section::Registries)
        .await?;
    show(&One {
        minutes: registry
            .list_every_seconds
            .map(|s| (s / 60).to_string())
            .unwrap_or_default(),
        repositories: registry.repositories.join("\n"),
        environment: registry.environment.clone().unwrap_or_default(),
        made: f.when(&registry.created_at),
        images: address("/images", &[("registry", &id)]),
        row: row(&f, registry),
        f,
    })
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    AdminForm(actor, form): AdminForm<Fields>,
) -> ApiResult<Response> {
    let change = RegistryChange {
        name: Some(form.name.trim().to_owned()),
        credential: form.credential().map(Some),
        list_every_seconds: Some(form.every()?),
        region: Some(Some(form.region.trim().to_owned())),
        environment: Some(Some(form.environment.trim().to_owned())),
        repositories: Some(Some(form.repositories())),
    };
    let by = actor.by(app.now());
    queries::change(&app, &id, &change, &IfMatch::any(), &by).await?;
    Ok(done(&format!("/registries/{id}"), "registry"))
}

#[derive(Deserialize)]
struct Nothing {}

async fn list_now(
    State(app): State<App>,
    Path(id): Path<String>,
    AnalystForm(_, Nothing {}): AnalystForm<Nothing>,
) -> ApiResult<Response> {
    let registry = queries::row(&app, &id).await?;
    work::enqueue_list(&app, &registry).await?;
    Ok(done("/registries", "list"))
}

async fn secret(
    trip: Trip,
    headers: HeaderMap,
    State(app): State<App>,
    Path(id): Path<String>,
    AdminForm(actor, Nothing {}): AdminForm<Nothing>,
) -> ApiResult<Response> {
    let made = queries::renew_events_secret(&app, &id, &actor.by(app.now())).await?;
    told(trip, &app, &actor, made, &headers).await
}

async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    AdminForm(actor, Nothing {}): AdminForm<Nothing>,
) -> ApiResult<Response> {
    app.store.delete_registry(&id, &actor.by(app.now())).await?;
    Ok(done("/registries", "registry-gone"))
}
