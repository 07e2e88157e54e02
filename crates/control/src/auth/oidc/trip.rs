//! What binds a way to the provider and back to one browser: a cookie, and nothing here.
//!
//! State, nonce and PKCE's verifier are hashes of the cookie, so that each proves the whole
//! of it: another time or another page in the cookie makes another nonce, which no token has.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use crate::keys::{self, KeyError, hash, same};

/// Name of the cookie.
pub(crate) const COOKIE: &str = "lazaret_oidc";

/// How long somebody may be on the way, in seconds.
pub(super) const PATIENCE: i64 = 600;

/// Longest address of a page that is led back to, in bytes.
const MOST_NEXT: usize = 1_024;

/// A way to the provider and back.
#[derive(Debug)]
pub(super) struct Way {
    cookie: String,
    /// Where it leads at its end.
    pub(super) next: String,
}

impl Way {
    /// A new one, which leads to a page of ours.
    pub(super) fn begin(next: &str, now: Timestamp) -> Result<Self, KeyError> {
        let next = if next.len() <= MOST_NEXT { next } else { "/" };
        let place = URL_SAFE_NO_PAD.encode(next);
        let cookie = format!("{}.{}.{place}", keys::secret("")?, now.as_second());
        Ok(Self {
            cookie,
            next: next.to_owned(),
        })
    }

    /// The one that a browser comes back on, if it is still good.
    pub(super) fn of(cookie: &str, state: &str, now: Timestamp) -> Option<Self> {
        let mut parts = cookie.splitn(3, '.');
        let (secret, began, next) = (parts.next()?, parts.next()?, parts.next()?);
        let began: i64 = began.parse().ok()?;
        if secret.len() != 43 || next.len() > MOST_NEXT * 2 {
            return None;
        }
        let is_in_time = (0..=PATIENCE).contains(&now.as_second().checked_sub(began)?);
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let way = Self {
            cookie: cookie.to_owned(),
            next,
        };
        (is_in_time && same(&way.state(), state)).then_some(way)
    }

    /// The value of the cookie.
    pub(super) fn cookie(&self) -> &str {
        &self.cookie
    }

    pub(super) fn state(&self) -> String {
        hash(&format!("oidc-state:{}", self.cookie))
    }

    pub(super) fn nonce(&self) -> String {
        hash(&format!("oidc-nonce:{}", self.cookie))
    }

    pub(super) fn verifier(&self) -> String {
        hash(&format!("oidc-verifier:{}", self.cookie))
    }

    /// What PKCE shows of the verifier (S256).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier().as_bytes()))
    }
}
