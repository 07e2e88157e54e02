//! How an edge gets its certificate, and the next one.

use axum::Json;
use axum::extract::State;
use lazaret_store::{Error as StoreError, NewEdge, digest_of, new_id};
use lazaret_wire::edge::{JoinRequest, Joined, RenewRequest};

use super::authority::{AuthorityError, Certified};
use super::known::{EdgeActor, stored};
use crate::App;
use crate::http::{ApiError, ApiResult, Body};

impl From<AuthorityError> for ApiError {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Request(why) => Self::invalid(format!("`csr`: {why}")),
            other => Self::internal(other),
        }
    }
}

/// The only call that takes no certificate: a one-time secret instead.
pub(super) async fn join(
    State(app): State<App>,
    Body(request): Body<JoinRequest>,
) -> ApiResult<Json<Joined>> {
    let refused = || ApiError::forbidden("the token is not known, was used, or has ended");
    let now = app.now();
    if request.secret.len() > 200 {
        return Err(refused());
    }
    let hash = digest_of(request.secret.as_bytes());
    // Nothing is certified for strangers.
    let region = app.store.join_token_region(&hash, now).await?;
    region.ok_or_else(refused)?;
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let id = new_id(now);
    let certified = app.authority()?.certify(&request.csr, &id, now)?;
    let new = NewEdge {
        id,
        name: request.name.chars().filter(|c| good(*c)).take(60).collect(),
        fingerprint: stored(&certified.fingerprint),
        expires_at: certified.expires_at,
        version: String::new(),
    };
    // Of two that come with the same secret, this lets one through.
    let edge = app.store.join_edge(&hash, &new, now).await;
    let edge = edge.map_err(|error| match error {
        StoreError::Conflict(_) => refused(),
        other => other.into(),
    })?;
    answer(&app, edge.id, edge.region, certified)
}

/// The same edge, another key. The certificate that was shown holds until its own end: the
/// answer may be lost on its way, and other tasks of the edge may still show it.
pub(super) async fn renew(
    asking: EdgeActor,
    State(app): State<App>,
    Body(request): Body<RenewRequest>,
) -> ApiResult<Json<Joined>> {
    let now = app.now();
    let edge = asking.edge;
    let certified = app.authority()?.certify(&request.csr, &edge.id, now)?;
    let fingerprint = stored(&certified.fingerprint);
    let renewed = app.store.renew_edge(
        &edge.id,
        &asking.shown,
        &fingerprint,
        certified.expires_at,
        now,
    );
    renewed.await?;
    answer(&app, edge.id, edge.region, certified)
}

fn answer(
    app: &App,
    edge: String,
    region: String,
    certified: Certified,
) -> ApiResult<Json<Joined>> {
    Ok(Json(Joined {
        edge,
        region,
        certificate: certified.pem,
        ca: app.authority()?.pem().to_owned(),
        expires_at: certified.expires_at,
        bundle_key: app.keys.bundle().verifying().text(),
    }))
}
