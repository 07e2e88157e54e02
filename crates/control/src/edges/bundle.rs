//! What gates decide by: a signed bundle, and the state of one image under one name.
//!
//! Asked by edges with their certificate and by gates with a token of the role `edge`. The
//! bundle carries the policy and every name that was ever held; what is clear is asked for
//! one by one, and kept by whoever asked until the generation changes.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use lazaret_store::{Hold, HoldKey};
use lazaret_wire::api::{HoldState, PolicyDocument, Role};
use lazaret_wire::edge::{
    BUNDLE_SCHEMA, Bundle, BundlePolicy, GateVerdict, OnUnknown, VerdictAnswer, VerdictQuery,
};
use serde::Deserialize;

use super::known::EdgeActor;
use crate::App;
use crate::auth::Anybody;
use crate::http::{ApiError, ApiResult, Ask};
use crate::queries::hold::state;
use crate::queries::registry::at_host;
use crate::watch::host_of;
use crate::work::{ScanWork, Urgency, enqueue_scan};

/// On either listener.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/edge/v1/bundle", get(bundle))
        .route("/edge/v1/verdict", get(verdict))
}

/// An edge, or a gate with a token; the region of an edge.
pub(super) struct Enforcer {
    region: String,
}

impl FromRequestParts<App> for Enforcer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if let Ok(edge) = EdgeActor::from_request_parts(parts, app).await {
            let region = edge.named.region;
            return Ok(Self { region });
        }
        let Anybody(actor) = Anybody::from_request_parts(parts, app).await?;
        match actor.role.includes(Role::Edge) {
            true => Ok(Self {
                region: String::new(),
            }),
            false => Err(ApiError::forbidden("this takes the role `edge`")),
        }
    }
}

#[derive(Deserialize)]
struct Held {
    #[serde(default)]
    generation: i64,
}

async fn bundle(
    asking: Enforcer,
    State(app): State<App>,
    Ask(held): Ask<Held>,
) -> ApiResult<Response> {
    // Read before the holds: one that changes meanwhile makes another generation.
    let generation = app.generation().await?;
    if held.generation >= generation {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let now = app.now();
    let judge = app.judge(now).await?;
    let bundle = Bundle {
        schema: BUNDLE_SCHEMA.to_owned(),
        generation,
        base: None,
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
            on_unknown: OnUnknown::default(),
        },
        advisories: app.advisories.current().digest().to_string(),
        verdicts: holds(&app, &asking.region).await?,
        region: asking.region,
        gone: Vec::new(),
    };
    let signed = app.keys.bundle().sign(&bundle);
    signed
        .map(|signed| Json(signed).into_response())
        .map_err(ApiError::internal)
}

/// Every name of a region that was ever held, with its state.
async fn holds(app: &App, region: &str) -> ApiResult<Vec<GateVerdict>> {
    let mut verdicts = Vec::new();
    let mut hosts: BTreeMap<String, String> = BTreeMap::new();
    let mut seq = 0;
    loop {
        let holds = app.store.holds_after(region, seq).await?;
        let Some(last) = holds.last() else {
            return Ok(verdicts);
        };
        seq = last.seq;
        let digests: Vec<String> = holds.iter().map(|h| h.key.digest.clone()).collect();
        let running = app.store.workloads_of(&digests).await?;
        let running: BTreeSet<String> = running.into_iter().map(|w| w.digest).collect();
        for hold in holds {
            let id = &hold.key.registry_id;
            let host = match hosts.get(id) {
                Some(host) => host.clone(),
                None => {
                    let registry = app.store.registry(id).await?;
                    let host = registry.and_then(|r| host_of(&r.url).ok());
                    let host = host.map(|(host, _)| host).unwrap_or_default();
                    hosts.insert(id.clone(), host.clone());
                    host
                }
            };
            let is_running = running.contains(&hold.key.digest);
            verdicts.push(of_hold(host, hold, is_running));
        }
    }
}

fn of_hold(host: String, hold: Hold, running: bool) -> GateVerdict {
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
        running,
        since: hold.at,
    }
}

async fn verdict(
    _: Enforcer,
    State(app): State<App>,
    Ask(query): Ask<VerdictQuery>,
) -> ApiResult<Json<VerdictAnswer>> {
    let link = app.link(&format!("/images/{}", query.digest));
    let digests = [query.digest.clone()];
    let running = !app.store.workloads_of(&digests).await?.is_empty();
    let now = app.now();
    let mut verdict = GateVerdict {
        host: query.registry.clone(),
        repository: query.repository.clone(),
        digest: query.digest.clone(),
        state: HoldState::Unknown,
        reason: String::new(),
        until: None,
        running,
        since: now,
    };
    if let Some(registry) = at_host(&app, &query.registry).await? {
        let key = HoldKey {
            registry_id: registry.id.clone(),
            repository: query.repository,
            digest: query.digest,
        };
        if let Some(hold) = app.store.hold(&key).await? {
            verdict = of_hold(query.registry, hold, running);
        } else {
            // Somebody has looked, and nothing was to be held.
            let verdicts = app.store.verdicts_of(&digests).await?;
            let own = verdicts
                .iter()
                .find(|v| v.environment == registry.environment);
            if let Some(own) = own {
                verdict.state = HoldState::Clear;
                verdict.since = own.decided_at;
            } else {
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
    }
    Ok(Json(VerdictAnswer {
        verdict,
        on_unknown: OnUnknown::default(),
        link,
    }))
}
