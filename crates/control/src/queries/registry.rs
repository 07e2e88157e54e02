//! Registries that are watched.

use lazaret_image::registry::is_link_local;
use lazaret_store::{By, NewRegistry as StoreNew, Page, Paging, Registry as Row};
use lazaret_store::{Error as StoreError, RegistryKind as StoreKind};
use lazaret_wire::api::{NewRegistry, Registry, RegistryChange, RegistryKind};

use crate::App;
use crate::http::{ApiError, ApiResult, IfMatch};
use crate::keys;
use crate::watch::{Secrets, host_of, schedule_of, seconds_of};

/// Shortest and longest time between lists, in seconds.
const EVERY: std::ops::RangeInclusive<u32> = 30..=2_592_000;

/// How often a change is tried that others come before.
const ATTEMPTS: u32 = 5;

/// A registry, and the secret of its events where one was made.
pub struct Made {
    /// The registry.
    pub registry: Registry,
    /// What its events must carry; it cannot be shown again.
    pub events_secret: Option<String>,
}

fn kind(kind: StoreKind) -> RegistryKind {
    RegistryKind::by_name(kind.as_str()).unwrap_or(RegistryKind::Distribution)
}

fn shown(row: &Row, secrets: &Secrets) -> Registry {
    let kind = kind(row.kind);
    Registry {
        events_path: format!("/events/{}/{}", kind.name(), row.id),
        id: row.id.clone(),
        name: row.name.clone(),
        kind,
        url: row.url.clone(),
        has_credential: secrets.credential.is_some(),
        list_every_seconds: seconds_of(row.schedule.as_deref()),
        region: row.region.clone(),
        environment: Some(row.environment.clone()).filter(|e| !e.is_empty()),
        repositories: secrets.repositories.clone(),
        created_at: row.created_at,
        listed_at: row.listed_at,
    }
}

/// Registries, by name.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App, paging: &Paging) -> ApiResult<Page<Registry>> {
    let page = app.store.registries(paging).await?;
    let shown =
        |row: &Row| -> ApiResult<Registry> { Ok(shown(row, &Secrets::of(row, &app.keys)?)) };
    Ok(Page {
        items: page.items.iter().map(shown).collect::<ApiResult<_>>()?,
        next: page.next,
    })
}

/// The row of a registry.
///
/// # Errors
/// When there is none of that id.
pub(crate) async fn row(app: &App, id: &str) -> ApiResult<Row> {
    let row = app.store.registry(id).await?;
    row.ok_or_else(|| ApiError::not_found("there is no registry of that id"))
}

/// A registry.
///
/// # Errors
/// When there is none of that id.
pub async fn read(app: &App, id: &str) -> ApiResult<Registry> {
    let row = row(app, id).await?;
    Ok(shown(&row, &Secrets::of(&row, &app.keys)?))
}

/// Makes a registry.
///
/// # Errors
/// When a value makes no sense, or the name is taken.
pub async fn create(app: &App, new: NewRegistry, by: &By) -> ApiResult<Made> {
    let (host, _) = host_of(&new.url).map_err(ApiError::invalid)?;
    if !app.settings.link_local && is_link_local(&host) {
        return Err(ApiError::invalid(
            "`url` is a link-local address, where clouds keep the credentials of machines; a centre \
             that is started with --link-local-registries goes there",
        ));
    }
    check(Some(&new.name), new.list_every_seconds, &new.repositories)?;
    check_places(&new.region, new.environment.as_deref().unwrap_or_default())?;
    let given = new.events_secret;
    if given
        .as_ref()
        .is_some_and(|s| !(16..=200).contains(&s.len()))
    {
        return Err(ApiError::invalid(
            "`events_secret` has 16 to 200 characters",
        ));
    }
    let (secret, is_made) = match given {
        Some(secret) => (secret, false),
        None => (keys::secret("lze_")?, true),
    };
    let secrets = Secrets {
        credential: new.credential,
        events: keys::hash(&secret),
        repositories: new.repositories,
    };
    let row = StoreNew {
        name: new.name,
        kind: store_kind(new.kind)?,
        url: new.url.trim_end_matches('/').to_owned(),
        credential: Some(secrets.seal(&app.keys)?),
        schedule: schedule_of(new.list_every_seconds),
        region: new.region,
        environment: new.environment.unwrap_or_default(),
        paused: false,
    };
    let row = app.store.create_registry(&row, by).await?;
    app.wake.notify_waiters();
    Ok(Made {
        registry: shown(&row, &secrets),
        events_secret: is_made.then_some(secret),
    })
}

/// Changes a registry.
///
/// # Errors
/// When there is none, it is not the one that was seen, or a value makes no sense.
pub async fn change(
    app: &App,
    id: &str,
    change: &RegistryChange,
    seen: &IfMatch,
    by: &By,
) -> ApiResult<Registry> {
    let every = change.list_every_seconds.flatten();
    let repositories = change.repositories.iter().flatten().flatten();
    let repositories: Vec<String> = repositories.cloned().collect();
    let every = every.filter(|every| *every > 0);
    check(change.name.as_deref(), every, &repositories)?;
    alter(app, id, seen, by, |row, secrets| {
        if let Some(credential) = &change.credential {
            secrets.credential.clone_from(credential);
        }
        if change.repositories.is_some() {
            secrets.repositories.clone_from(&repositories);
        }
        if change.list_every_seconds.is_some() {
            row.schedule = schedule_of(every);
        }
        if let Some(name) = &change.name {
            row.name.clone_from(name);
        }
        if let Some(region) = &change.region {
            row.region = region.clone().unwrap_or_default();
        }
        if let Some(environment) = &change.environment {
            row.environment = environment.clone().unwrap_or_default();
        }
        check_places(&row.region, &row.environment)
    })
    .await
}

/// Reads a registry, changes it and writes it, as one step. Where nobody said what they had seen,
/// a change of somebody else in between is no reason to give up: both count.
async fn alter(
    app: &App,
    id: &str,
    seen: &IfMatch,
    by: &By,
    change: impl Fn(&mut Row, &mut Secrets) -> ApiResult<()>,
) -> ApiResult<Registry> {
    let mut attempts = 0;
    loop {
        let before = row(app, id).await?;
        let mut secrets = Secrets::of(&before, &app.keys)?;
        seen.check(&shown(&before, &secrets))?;
        let mut after = before.clone();
        change(&mut after, &mut secrets)?;
        let new = StoreNew {
            name: after.name,
            kind: after.kind,
            url: after.url,
            credential: Some(secrets.seal(&app.keys)?),
            schedule: after.schedule,
            region: after.region,
            environment: after.environment,
            paused: after.paused,
        };
        attempts += 1;
        match app.store.update_registry_from(&before, &new, by).await {
            Err(StoreError::Changed(_)) if !seen.is_there() && attempts < ATTEMPTS => {}
            done => return Ok(shown(&done?, &secrets)),
        }
    }
}

/// Watches a registry no longer.
///
/// # Errors
/// When there is none, or it is not the one that was seen.
pub async fn remove(app: &App, id: &str, seen: &IfMatch, by: &By) -> ApiResult<()> {
    if !seen.is_there() {
        return Ok(app.store.delete_registry(id, by).await?);
    }
    let row = row(app, id).await?;
    seen.check(&shown(&row, &Secrets::of(&row, &app.keys)?))?;
    Ok(app.store.delete_registry_from(&row, by).await?)
}

/// Gives the events of a registry another secret, which is shown once.
///
/// # Errors
/// When there is no such registry.
pub async fn renew_events_secret(app: &App, id: &str, by: &By) -> ApiResult<Made> {
    let secret = keys::secret("lze_")?;
    let any = IfMatch::any();
    let registry = alter(app, id, &any, by, |_, secrets| {
        secrets.events = keys::hash(&secret);
        Ok(())
    });
    let registry = registry.await?;
    Ok(Made {
        registry,
        events_secret: Some(secret),
    })
}

fn store_kind(kind: RegistryKind) -> ApiResult<StoreKind> {
    kind.name().parse().map_err(ApiError::from)
}

fn check(name: Option<&str>, every: Option<u32>, repositories: &[String]) -> ApiResult<()> {
    let good = |name: &str| {
        (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control)
    };
    if !name.is_none_or(good) {
        return Err(ApiError::invalid(
            "`name` has 1 to 100 characters, none of control",
        ));
    }
    if every.is_some_and(|every| !EVERY.contains(&every)) {
        return Err(ApiError::invalid("`list_every_seconds` is 30 to 2592000"));
    }
    if repositories.len() > 1000 || repositories.iter().any(|r| r.len() > 255) {
        return Err(ApiError::invalid(
            "`repositories` are at most 1000, of 255 characters each",
        ));
    }
    Ok(())
}

/// Whether region and environment may be names; empty: none.
fn check_places(region: &str, environment: &str) -> ApiResult<()> {
    let good = |name: &str| name.chars().count() <= 100 && !name.chars().any(char::is_control);
    match good(region) && good(environment) {
        true => Ok(()),
        false => Err(ApiError::invalid(
            "`region` and `environment` have at most 100 characters, none of control",
        )),
    }
}

/// The registry at a host (`host[:port]`), the first by name.
pub(crate) async fn at_host(app: &App, host: &str) -> ApiResult<Option<Row>> {
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.registries(&paging).await?;
        let mut found = page.items.into_iter();
        let found = found.find(|row| host_of(&row.url).is_ok_and(|(other, _)| other == host));
        if found.is_some() {
            return Ok(found);
        }
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(None),
        }
    }
}
