//! What gates decide by: a signed bundle, and the state of one image under one name.
//!
//! Asked by edges with their certificate and by gates with a token of the role `edge`. The
//! bundle carries the policy and every name that was ever held; what is clear is asked for
//! one by one, and kept by whoever asked until the generation changes.

use std::collections::BTreeMap;

use axum::Json;
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use lazaret_store::{Hold, HoldFilter, HoldKey, HoldState as StoreState, Paging};
use lazaret_wire::api::{HoldState, PolicyDocument, Role};
use lazaret_wire::edge::{
    BUNDLE_SCHEMA, Bundle, BundlePolicy, GateRules, GateVerdict, Runs, VerdictAnswer, VerdictQuery,
};
use serde::Deserialize;

use super::given::Hosts;
use super::known::EdgeActor;
use super::workload;
use crate::App;
use crate::auth::Anybody;
use crate::http::{ApiError, ApiResult, Ask, Peer};
use crate::judge::Judge;
use crate::queries::hold::state;
use crate::queries::registry::at_host;
use crate::watch::host_of;
use crate::work::{ScanWork, Urgency, enqueue_scan};

/// On either listener.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/edge/v1/bundle", get(bundle))
        .route("/edge/v1/verdict", get(verdict))
        .route("/edge/v1/clusters/{name}/workloads", put(workload::see))
}

/// An edge, or a gate with a token.
pub(super) struct Enforcer {
    /// The region of an edge; a gate with a token may stand anywhere.
    region: Option<String>,
    /// Who it is, for the log.
    pub(super) name: String,
}

impl FromRequestParts<App> for Enforcer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Peer>();
        if peer.is_some_and(|peer| peer.certificate.is_some()) {
            let edge = EdgeActor::from_request_parts(parts, app).await?;
            let name = edge.label();
            let region = Some(edge.edge.region);
            return Ok(Self { region, name });
        }
        let Anybody(actor) = Anybody::from_request_parts(parts, app).await?;
        match actor.role.includes(Role::Edge) {
            true => Ok(Self {
                region: None,
                name: actor.name.clone(),
            }),
            false => Err(ApiError::forbidden("this takes the role `edge`")),
        }
    }
}

#[derive(Deserialize)]
struct Held {
    #[serde(default)]
    generation: i64,
    #[serde(default)]
    digest: String,
}

async fn bundle(
    asking: Enforcer,
    State(app): State<App>,
    Ask(held): Ask<Held>,
) -> ApiResult<Response> {
    let now = app.now();
    let judge = app.judge(now).await?;
    // Read before the holds: one that changes meanwhile makes another generation.
    let generation = app.generation().await?;
    if held.generation >= generation {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let gate = judge.gate("");
    let region = asking.region.as_deref();
    let told = tell(&app, region, &held, generation).await?;
    let bundle = Bundle {
        schema: BUNDLE_SCHEMA.to_owned(),
        generation,
        base: told.base,
        base_digest: told.base_digest,
        digest: told.digest,
        made_at: now,
        policy: BundlePolicy {
            generation: judge.generation,
            documents: judge
                .documents
                .iter()
                .map(|(name, text)| PolicyDocument {
                    name: name.clone(),
                    text: text.clone(),
                })
                .collect(),
            on_unknown: gate.unknown.unwrap_or_default(),
            gates: gates(&app, &judge, &gate, asking.region.as_deref()).await?,
            gate,
        },
        advisories: app.advisories.current().digest().to_string(),
        running: running(&app).await?,
        rollback: rollback(&app).await?,
        images_url: app.link("/images/"),
        verdicts: told.verdicts,
        region: asking.region.unwrap_or_default(),
        gone: Vec::new(),
    };
    let signed = app.keys.bundle().sign(&bundle);
    signed
        .map(|signed| Json(signed).into_response())
        .map_err(ApiError::internal)
}

/// The verdicts of a bundle: all of them, or what has changed.
struct Told {
    base: Option<i64>,
    base_digest: String,
    digest: String,
    verdicts: Vec<GateVerdict>,
}

/// What leads from what is held to a generation. Changes where they are fewer than half of all.
async fn tell(app: &App, region: Option<&str>, held: &Held, generation: i64) -> ApiResult<Told> {
    let hosts = hosts(app, region).await?;
    let given = app.given.of(region);
    let mut given = given.lock().await;
    given.settle(&hosts);
    let mut base = given.find(held.generation, &held.digest);
    let mut verdicts = Vec::new();
    if let Some(base) = &base {
        verdicts = holds(app, region, base.seq, &hosts).await?;
    }
    if base.is_none() || verdicts.len() * 2 > given.len() {
        base = None;
        verdicts = holds(app, region, 0, &hosts).await?;
    }
    // What is read is what is told, also of what has changed meanwhile.
    for (seq, verdict) in &verdicts {
        given.put(*seq, verdict);
    }
    let digest = given.step(generation);
    let (base, base_digest) = base.map(|base| (base.generation, base.digest)).unzip();
    Ok(Told {
        base,
        base_digest: base_digest.unwrap_or_default(),
        digest,
        verdicts: verdicts.into_iter().map(|(_, verdict)| verdict).collect(),
    })
}

/// The registries of a region.
async fn hosts(app: &App, region: Option<&str>) -> ApiResult<Hosts> {
    let mut hosts = Hosts::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.registries(&paging).await?;
        for row in page.items {
            if region.is_none_or(|region| region == row.region) {
                let host = host_of(&row.url).map(|(host, _)| host).unwrap_or_default();
                hosts.insert(row.id, host);
            }
        }
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(hosts),
        }
    }
}

/// Every name of a region that was ever held, with its state, as far as that changed after
/// `seq`.
async fn holds(
    app: &App,
    region: Option<&str>,
    mut seq: i64,
    hosts: &Hosts,
) -> ApiResult<Vec<(i64, GateVerdict)>> {
    let mut verdicts = Vec::new();
    loop {
        let holds = match region {
            Some(region) => app.store.holds_after(region, seq).await?,
            None => app.store.all_holds_after(seq).await?,
        };
        let Some(last) = holds.last() else {
            return Ok(verdicts);
        };
        seq = last.seq;
        for hold in holds {
            let host = hosts.get(&hold.key.registry_id).cloned();
            verdicts.push((hold.seq, of_hold(host.unwrap_or_default(), hold)));
        }
    }
}

/// Rules of the registries of a region whose environment has some of its own, by host. Of
/// two registries at one host the first by name counts.
async fn gates(
    app: &App,
    judge: &Judge,
    usual: &GateRules,
    region: Option<&str>,
) -> ApiResult<BTreeMap<String, GateRules>> {
    let mut gates = BTreeMap::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.registries(&paging).await?;
        for registry in page
            .items
            .iter()
            .filter(|row| region.is_none_or(|r| r == row.region))
        {
            if let Ok((host, _)) = host_of(&registry.url) {
                let rules = || judge.gate(&registry.environment);
                gates.entry(host).or_insert_with(rules);
            }
        }
        match page.next {
            Some(next) => paging.after = Some(next),
            None => break,
        }
    }
    gates.retain(|_, rules| rules != usual);
    Ok(gates)
}

/// Everything that runs, whether or not anything was decided about it.
async fn running(app: &App) -> ApiResult<Vec<Runs>> {
    let mut running: Vec<Runs> = Vec::new();
    loop {
        let after = running.last().map_or("", |last| last.digest.as_str());
        let more = app.store.running_after(after).await?;
        if more.is_empty() {
            return Ok(running);
        }
        running.extend(more.into_iter().map(|runs| Runs {
            digest: runs.digest,
            since: runs.since,
        }));
    }
}

/// Everything that a workload would be rolled back to.
async fn rollback(app: &App) -> ApiResult<Vec<String>> {
    let mut digests: Vec<String> = Vec::new();
    loop {
        let after = digests.last().map_or("", String::as_str);
        let more = app.store.rollbacks_after(after).await?;
        if more.is_empty() {
            return Ok(digests);
        }
        digests.extend(more);
    }
}

/// As it stands, without what runs: that is told of every digest apart.
fn of_hold(host: String, hold: Hold) -> GateVerdict {
    let state = state(hold.state);
    GateVerdict {
        host,
        repository: hold.key.repository,
        digest: hold.key.digest,
        reason: match state {
            HoldState::Clear => String::new(),
            _ => hold.reason,
        },
        state,
        until: hold.until,
        even_if_running: hold.even_if_running,
        since: hold.at,
        ..GateVerdict::default()
    }
}

/// What stands against a digest under another name: the same bytes are the same bytes.
async fn held_elsewhere(app: &App, digest: &str) -> ApiResult<Option<Hold>> {
    for state in [StoreState::Quarantined, StoreState::Held] {
        let filter = HoldFilter {
            state: Some(state),
            digest: Some(digest.to_owned()),
            ..HoldFilter::default()
        };
        let mut page = app.store.holds(&filter, &Paging::first(1)).await?;
        if let Some(hold) = page.items.pop() {
            return Ok(Some(hold));
        }
    }
    Ok(None)
}

/// What stands against an image under one name: a hold of its own, one of the same bytes
/// elsewhere, or the verdict of its environment; `None` where nobody has looked at it.
async fn standing(
    app: &App,
    host: &str,
    key: &HoldKey,
    environment: &str,
) -> ApiResult<Option<GateVerdict>> {
    if let Some(hold) = app.store.hold(key).await? {
        return Ok(Some(of_hold(host.to_owned(), hold)));
    }
    let repository = key.repository.clone();
    if let Some(hold) = held_elsewhere(app, &key.digest).await? {
        return Ok(Some(GateVerdict {
            repository,
            ..of_hold(host.to_owned(), hold)
        }));
    }
    let verdicts = app.store.verdicts_of(std::slice::from_ref(&key.digest));
    let verdicts = verdicts.await?;
    let own = verdicts.iter().find(|v| v.environment == environment);
    // Somebody has looked, and nothing was to be held.
    Ok(own.map(|own| GateVerdict {
        host: host.to_owned(),
        repository,
        digest: key.digest.clone(),
        state: HoldState::Clear,
        since: own.decided_at,
        ..GateVerdict::default()
    }))
}

async fn verdict(
    _: Enforcer,
    State(app): State<App>,
    Ask(query): Ask<VerdictQuery>,
) -> ApiResult<Json<VerdictAnswer>> {
    let link = app.link(&format!("/images/{}", query.digest));
    let digests = [query.digest.clone()];
    let now = app.now();
    let judge = app.judge(now).await?;
    let mut rules = judge.gate("");
    let mut stands = None;
    if let Some(registry) = at_host(&app, &query.registry).await? {
        let key = HoldKey {
            registry_id: registry.id.clone(),
            repository: query.repository.clone(),
            digest: query.digest.clone(),
        };
        rules = judge.gate(&registry.environment);
        stands = standing(&app, &query.registry, &key, &registry.environment).await?;
        let image = format!("{} {}", registry.id, query.digest);
        if stands.is_none() && app.asked.may(&image, now) {
            // Somebody waits at a gate: it is looked at before what was only pushed.
            let work = ScanWork {
                registry: registry.id.clone(),
                repository: key.repository,
                tag: None,
                digest: Some(key.digest),
                authorization: None,
            };
            enqueue_scan(&app, &registry, &work, Urgency::Asked).await?;
        }
    }
    let mut verdict = stands.unwrap_or_else(|| GateVerdict {
        host: query.registry,
        repository: query.repository,
        digest: query.digest,
        since: now,
        ..GateVerdict::default()
    });
    verdict.running = !app.store.workloads_of(&digests).await?.is_empty();
    let [digest] = &digests;
    verdict.rollback = app.store.is_rollback(digest).await?;
    Ok(Json(VerdictAnswer {
        verdict,
        on_unknown: rules.unknown.unwrap_or_default(),
        link,
    }))
}
