//! How an edge gets its certificate, and the next one.

use axum::Json;
use axum::extract::State;
use lazaret_store::{By, NewToken, Role, digest_of};
use lazaret_wire::edge::{JoinRequest, Joined, RenewRequest};

use super::authority::{AuthorityError, Certified};
use super::known::{EdgeActor, JOIN, Named};
use crate::App;
use crate::http::{ApiError, ApiResult, Body};
use crate::keys;

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
    let token = app
        .store
        .token_by_hash(&hash, now)
        .await?
        .ok_or_else(refused)?;
    let region = token.name.strip_prefix(JOIN).ok_or_else(refused)?;
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let host: String = request.name.chars().filter(|c| good(*c)).take(60).collect();
    let named = Named {
        region: region.to_owned(),
        name: format!("{host}#{}", keys::hex(&keys::random(4)?)),
    };
    let authority = app.authority()?;
    let certified = authority.certify(&request.csr, &named.token(), now)?;
    // Of two that come with the same secret, this lets one through.
    let by = By::new("system", now).because(format!("{} joins", named.token()));
    let taken = app.store.revoke_token(&token.id, &by).await;
    taken.map_err(|error| match error {
        lazaret_store::Error::NotFound { .. } => refused(),
        other => other.into(),
    })?;
    answer(&app, &named, certified, &by).await
}

/// The same edge, another key. The certificate before holds until its own end: the answer
/// may be lost on its way.
pub(super) async fn renew(
    edge: EdgeActor,
    State(app): State<App>,
    Body(request): Body<RenewRequest>,
) -> ApiResult<Json<Joined>> {
    let now = app.now();
    let token = edge.named.token();
    let certified = app.authority()?.certify(&request.csr, &token, now)?;
    let by = By::new(token, now).because("the certificate is renewed");
    answer(&app, &edge.named, certified, &by).await
}

async fn answer(
    app: &App,
    named: &Named,
    certified: Certified,
    by: &By,
) -> ApiResult<Json<Joined>> {
    let kept = NewToken {
        hash: digest_of(certified.fingerprint.as_bytes()),
        name: named.token(),
        role: Role::Edge,
        person_id: None,
        expires_at: Some(certified.expires_at),
    };
    let token = app.store.create_token(&kept, by).await?;
    Ok(Json(Joined {
        edge: token.id,
        region: named.region.clone(),
        certificate: certified.pem,
        ca: app.authority()?.pem().to_owned(),
        expires_at: certified.expires_at,
        bundle_key: app.keys.bundle().verifying().text(),
    }))
}
