//! Which edge is asking.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lazaret_store::Edge;
use lazaret_wire::edge::Counters;

use super::authority::fingerprint;
use crate::App;
use crate::http::{ApiError, ApiResult, Peer};

/// Most kinds of bodies that an edge counts.
const MOST_KINDS: usize = 16;

/// The edge that asks.
#[derive(Debug, Clone)]
pub(crate) struct EdgeActor {
    pub(crate) edge: Edge,
    /// Of the certificate that was shown: the newest, or the one before.
    pub(super) shown: String,
}

impl EdgeActor {
    /// Whether it is still let in: a question may be open for long.
    pub(crate) async fn is_known(&self, app: &App) -> ApiResult<bool> {
        let edge = app
            .store
            .edge_by_fingerprint(&self.shown, app.now())
            .await?;
        Ok(edge.is_some())
    }

    /// Who it is, in the audit log and as a worker.
    pub(crate) fn label(&self) -> String {
        format!("edge:{}", self.edge.id)
    }

    /// Notes that it was heard, and what it says of itself.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn heard(&self, app: &App, counters: &Counters) -> ApiResult<()> {
        if counters.bytes_sent.len() > MOST_KINDS {
            let why = format!("`bytes_sent` has at most {MOST_KINDS} kinds");
            return Err(ApiError::invalid(why));
        }
        app.received.told(&self.edge.id, counters);
        if counters.layer_bytes_sent > 0 {
            let (edge, bytes) = (&self.edge.name, counters.layer_bytes_sent);
            tracing::error!(edge, bytes, "an edge has sent layers");
        }
        let status = serde_json::to_string(counters).map_err(ApiError::internal)?;
        let (id, version) = (&self.edge.id, &self.edge.version);
        // With no certificate named, the one before holds to its own end: other tasks of the
        // edge may still show it.
        let touched = app
            .store
            .touch_edge(id, "", version, Some(&status), app.now());
        Ok(touched.await?)
    }
}

/// How the fingerprint of a certificate is stored.
pub(super) fn stored(fingerprint: &str) -> String {
    format!("sha256:{fingerprint}")
}

impl FromRequestParts<App> for EdgeActor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let refused = |why: &str| Err(ApiError::unauthorized(why));
        let peer = parts.extensions.get::<Peer>();
        let Some(certificate) = peer.and_then(|peer| peer.certificate.as_ref()) else {
            return refused("an edge shows its certificate");
        };
        let shown = stored(&fingerprint(certificate));
        match app.store.edge_by_fingerprint(&shown, app.now()).await? {
            Some(edge) => Ok(Self { edge, shown }),
            None => refused("the edge is not known, or was shut out; it joins with a new token"),
        }
    }
}
