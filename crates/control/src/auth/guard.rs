//! From the headers of a request to who asks.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lazaret_store::digest_of;
use lazaret_wire::api::Role;

use super::{Actor, Proof, csrf_of};
use crate::App;
use crate::http::ApiError;
use crate::keys::same;

/// Name of the cookie of a session.
pub(crate) const SESSION_COOKIE: &str = "lazaret_session";

/// The header that a browser's changing requests carry.
const CSRF_HEADER: &str = "x-lazaret-csrf";

/// Longest token or cookie that is looked at.
const MOST: usize = 200;

macro_rules! guards {
    ($($(#[$doc:meta])* $name:ident: $role:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Actor);

        impl FromRequestParts<App> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
                let actor = asked(parts, app).await?;
                if !actor.role.includes($role) {
                    return Err(ApiError::forbidden(format!(
                        "this takes the role `{}`, and {} has `{}`",
                        $role.name(), actor.label(), actor.role.name()
                    )));
                }
                Ok(Self(actor))
            }
        }
    )*};
}

guards! {
    /// Somebody who may read.
    Viewer: Role::Viewer;
    /// Somebody who may scan, hold, and ask for releases.
    Analyst: Role::Analyst;
    /// Somebody who may approve, and set policies.
    Approver: Role::Approver;
    /// Somebody who may do everything.
    Admin: Role::Admin;
}

/// Anybody who is known, edges included.
#[derive(Debug, Clone)]
pub struct Anybody(pub Actor);

impl FromRequestParts<App> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        asked(parts, app).await.map(Self)
    }
}

/// Somebody whose form has not been looked at yet: whoever takes this compares the form's
/// field `csrf` with [`Actor::csrf`] before anything is done. `None`: nobody is logged in.
#[derive(Debug, Clone)]
pub struct WithoutCsrf(pub Option<Actor>);

impl FromRequestParts<App> for WithoutCsrf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match cookie(&parts.headers, SESSION_COOKIE) {
            Some(secret) => session(app, secret).await.map(Self),
            None => Ok(Self(None)),
        }
    }
}

/// Who asks, with the proof that a browser was not made to ask.
async fn asked(parts: &Parts, app: &App) -> Result<Actor, ApiError> {
    if let Some(secret) = basic_or_bearer(&parts.headers) {
        return token(app, &secret).await;
    }
    let Some(secret) = cookie(&parts.headers, SESSION_COOKIE) else {
        return Err(ApiError::unauthorized(
            "send `Authorization: Bearer TOKEN`, or log in at /api/v1/login",
        ));
    };
    let Some(actor) = session(app, secret).await? else {
        return Err(ApiError::unauthorized("the session has ended"));
    };
    let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let shown = parts.headers.get(CSRF_HEADER);
    let shown = shown.and_then(|value| value.to_str().ok()).unwrap_or("");
    if reads || actor.csrf().is_some_and(|csrf| same(csrf, shown)) {
        return Ok(actor);
    }
    Err(ApiError::forbidden(
        "a browser's request that changes something carries `csrf` of /api/v1/session in the \
         header X-Lazaret-Csrf",
    ))
}

async fn token(app: &App, secret: &str) -> Result<Actor, ApiError> {
    let wrong = || ApiError::unauthorized("the token is not known, has ended or was taken back");
    if secret.len() > MOST {
        return Err(wrong());
    }
    let now = app.now();
    let hash = digest_of(secret.as_bytes());
    let token = app.store.token_by_hash(&hash, now).await?;
    let token = token.ok_or_else(wrong)?;
    let stale = token
        .last_used_at
        .is_none_or(|used| now.as_second() - used.as_second() > 60);
    if stale {
        app.store.touch_token(&token.id, now).await?;
    }
    let role = Role::by_name(token.role.as_str()).ok_or_else(wrong)?;
    Ok(Actor {
        name: token.name,
        role,
        expires_at: token.expires_at,
        proof: Proof::Token {
            id: token.id,
            person: token.person_id,
        },
    })
}

async fn session(app: &App, secret: &str) -> Result<Option<Actor>, ApiError> {
    if secret.len() > MOST {
        return Ok(None);
    }
    let hash = digest_of(secret.as_bytes());
    let Some(session) = app.store.session_by_hash(&hash, app.now()).await? else {
        return Ok(None);
    };
    let role = Role::by_name(session.person.role.as_str());
    Ok(role.map(|role| Actor {
        name: session.person.name,
        role,
        expires_at: Some(session.expires_at),
        proof: Proof::Session {
            person: session.person.id,
            subject: session.person.subject,
            hash,
            csrf: csrf_of(secret),
        },
    }))
}

/// The token of `Authorization`: `Bearer TOKEN`, or `Basic` with the token as password, for
/// programs (Harbor among them) that know nothing else.
pub(crate) fn basic_or_bearer(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = header.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    decoded.split_once(':').map(|(_, token)| token.to_owned())
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(COOKIE).iter();
    let pairs = all.filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|pairs| pairs.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
