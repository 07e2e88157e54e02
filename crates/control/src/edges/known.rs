//! Which edge is asking, and what edges tell of themselves.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use lazaret_store::{Role, digest_of};
use lazaret_wire::edge::Counters;

use super::authority::fingerprint;
use crate::App;
use crate::http::{ApiError, Peer};

/// What the names of one-time tokens to join with begin with.
pub(crate) const JOIN: &str = "join:";

/// What the names of edges begin with.
const EDGE: &str = "edge:";

/// The name of an edge as a token: `edge:REGION:HOST#1a2b3c4d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) region: String,
    pub(crate) name: String,
}

impl Named {
    /// The edge of a token's name; `None` for another token.
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let (region, name) = token.strip_prefix(EDGE)?.split_once(':')?;
        Some(Self {
            region: region.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The token's name.
    pub(crate) fn token(&self) -> String {
        format!("{EDGE}{}:{}", self.region, self.name)
    }
}

/// The edge that asks.
#[derive(Debug, Clone)]
pub(crate) struct EdgeActor {
    pub(crate) named: Named,
    /// What its certificate is known by.
    hash: String,
}

impl EdgeActor {
    /// Whether it is still let in: a question may be open for long.
    pub(crate) async fn is_known(&self, app: &App) -> Result<bool, ApiError> {
        let token = app.store.token_by_hash(&self.hash, app.now()).await?;
        Ok(token.is_some())
    }
}

impl FromRequestParts<App> for EdgeActor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let refused = |why: &str| Err(ApiError::unauthorized(why));
        let peer = parts.extensions.get::<Peer>();
        let Some(certificate) = peer.and_then(|peer| peer.certificate.as_ref()) else {
            return refused("an edge shows its certificate");
        };
        let hash = digest_of(fingerprint(certificate).as_bytes());
        let token = app.store.token_by_hash(&hash, app.now()).await?;
        let Some(token) = token.filter(|token| token.role == Role::Edge) else {
            return refused("the edge is not known, or was shut out; it joins with a new token");
        };
        match Named::parse(&token.name) {
            Some(named) => Ok(Self { named, hash }),
            None => refused("the certificate is no edge's"),
        }
    }
}

/// What edges told of themselves last. Kept in memory: after a restart each tells it again
/// with its next lease.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    told: Mutex<BTreeMap<String, (Timestamp, Counters)>>,
}

impl Edges {
    pub(crate) fn tell(&self, edge: &Named, now: Timestamp, counters: Counters) {
        if let Ok(mut told) = self.told.lock() {
            told.insert(edge.token(), (now, counters));
        }
    }

    pub(crate) fn told(&self, edge: &Named) -> Option<(Timestamp, Counters)> {
        self.told.lock().ok()?.get(&edge.token()).cloned()
    }
}
