//! What the provider publishes of itself, fetched when it is needed and kept for an hour.

use std::sync::Arc;

use jiff::Timestamp;
use lazaret_wire::Outgoing;
use lazaret_wire::oidc::{Claims, Discovery, Jwks, TokenError};
use tokio::sync::Mutex;

use super::settings::may_be_asked;
use crate::http::{ApiError, ApiResult};

/// Largest answer of a provider, in bytes.
pub(super) const MOST: usize = 512 << 10;

/// How long what was fetched is believed, in seconds.
const KEPT: i64 = 3_600;

/// How long nothing is asked after a failure, in seconds.
const AFTER_FAILURE: i64 = 5;

/// How often an unknown key makes the keys be fetched again, in seconds.
const BETWEEN_KEYS: i64 = 60;

/// What is known of the provider by now.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    discovery: Option<(i64, Arc<Discovery>)>,
    keys: Option<(i64, Jwks)>,
    failed: Option<i64>,
    /// When an unknown key last made the keys be fetched again.
    refetched: Option<i64>,
}

impl Known {
    /// The discovery document of an issuer.
    pub(super) async fn discovery(
        &self,
        outgoing: &Outgoing,
        issuer: &str,
        now: Timestamp,
    ) -> ApiResult<Arc<Discovery>> {
        let now = now.as_second();
        let mut state = self.0.lock().await;
        if let Some((at, found)) = &state.discovery
            && (0..KEPT).contains(&(now - at))
        {
            return Ok(Arc::clone(found));
        }
        state.may_ask(now)?;
        let fetched = discover(outgoing, issuer).await;
        let found = Arc::new(state.noted(fetched, now)?);
        state.discovery = Some((now, Arc::clone(&found)));
        Ok(found)
    }

    /// What a token says, if the provider has signed it.
    pub(super) async fn open(
        &self,
        outgoing: &Outgoing,
        discovery: &Discovery,
        token: &str,
        now: Timestamp,
    ) -> ApiResult<Result<Claims, TokenError>> {
        let now = now.as_second();
        let mut state = self.0.lock().await;
        let kept = state.keys.as_ref();
        let kept = kept.filter(|(at, _)| (0..KEPT).contains(&(now - at)));
        if let Some((_, keys)) = kept {
            let opened = keys.open(token);
            let waits = state.refetched.is_some_and(|at| now - at < BETWEEN_KEYS);
            if opened != Err(TokenError::UnknownKey) || waits {
                return Ok(opened);
            }
            state.refetched = Some(now);
        }
        state.may_ask(now)?;
        let fetched = keys(outgoing, &discovery.jwks_uri).await;
        let keys = state.noted(fetched, now)?;
        let opened = keys.open(token);
        state.keys = Some((now, keys));
        Ok(opened)
    }
}

impl State {
    fn may_ask(&self, now: i64) -> ApiResult<()> {
        match self.failed.is_some_and(|at| now - at < AFTER_FAILURE) {
            true => Err(ApiError::busy("the provider of log-ins did not answer")),
            false => Ok(()),
        }
    }

    fn noted<T>(&mut self, fetched: Result<T, String>, now: i64) -> ApiResult<T> {
        self.failed = fetched.is_err().then_some(now);
        fetched.map_err(|why| {
            tracing::warn!(why, "provider of log-ins");
            ApiError::busy(format!("the provider of log-ins: {why}"))
        })
    }
}

async fn discover(outgoing: &Outgoing, issuer: &str) -> Result<Discovery, String> {
    let base = issuer.trim_end_matches('/');
    let url = format!("{base}/.well-known/openid-configuration");
    let body = body(outgoing, &url).await?;
    let found = Discovery::read(&body, issuer).map_err(|why| format!("{url} {why}"))?;
    for place in found.addresses() {
        may_be_asked(place).map_err(|why| format!("{url} names an address: {why}"))?;
    }
    Ok(found)
}

async fn keys(outgoing: &Outgoing, url: &str) -> Result<Jwks, String> {
    let body = body(outgoing, url).await?;
    Jwks::read(&body).ok_or_else(|| format!("{url} holds no keys"))
}

async fn body(outgoing: &Outgoing, url: &str) -> Result<Vec<u8>, String> {
    let answer = outgoing.get(url, &[], MOST).await;
    let answer = answer.map_err(|error| format!("{url}: {error}"))?;
    match answer.status {
        200 => Ok(answer.body),
        status => Err(format!("{url} answered {status}")),
    }
}
