//! Log-in with an identity provider: OpenID Connect, the authorization code flow with PKCE.
//!
//! A browser is led to the provider and comes back with a code, which is exchanged for an ID
//! token here. The token is believed when a key that the provider publishes has signed it and
//! it is for this client, of this sign-in and of now. The role is that of the groups, at every
//! sign-in anew.

mod account;
mod known;
mod settings;
mod trip;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lazaret_store::Person;
use lazaret_wire::Outgoing;
use lazaret_wire::oidc::{self, Claims, Discovery, Expected, TokenError};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::App;
use crate::file::FileError;
use crate::http::{ApiError, ApiResult, encoded};
use known::{Known, MOST};
use settings::{Settings, may_be_asked};
use trip::Way;

pub(crate) use trip::COOKIE as WAY_COOKIE;

/// Where the provider leads back to.
pub(crate) const CALLBACK: &str = "/login/oidc/callback";

/// Longest life of a token that somebody makes whom a provider vouches for, in days.
pub(crate) const TOKEN_DAYS: u32 = 30;

/// Codes exchanged at a time: strangers can ask for it.
const AT_ONCE: usize = 8;

/// An identity provider.
#[derive(Debug)]
pub(crate) struct Provider {
    settings: Settings,
    redirect: String,
    outgoing: Outgoing,
    known: Known,
    places: Semaphore,
}

/// With what a browser comes back.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// The answer of the token endpoint.
#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
}

/// Who has come back, and where to.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) person: Person,
    pub(crate) next: String,
}

impl Provider {
    /// The provider of a file, for a centre that people reach at an address.
    ///
    /// # Errors
    /// When the file cannot be used, or the provider could not lead back to the centre.
    pub(crate) fn open(path: &Path, public_url: Option<&str>) -> Result<Self, FileError> {
        let wrong = |why: String| FileError::content(path, why);
        let base = public_url.unwrap_or("").trim_end_matches('/');
        may_be_asked(base)
            .map_err(|why| wrong(format!("the provider leads back to `--public-url`: {why}")))?;
        Ok(Self {
            settings: settings::read(path)?,
            redirect: format!("{base}{CALLBACK}"),
            outgoing: Outgoing::new().map_err(|error| wrong(error.to_string()))?,
            known: Known::default(),
            places: Semaphore::new(AT_ONCE),
        })
    }

    /// What it is called.
    pub(crate) fn title(&self) -> &str {
        &self.settings.title
    }

    /// The address at the provider that a browser is led to, and the value of the cookie.
    pub(crate) async fn begin(&self, app: &App, next: &str) -> ApiResult<(String, String)> {
        let discovery = self.discovery(app).await?;
        let way = Way::begin(next, app.now())?;
        let place = &discovery.authorization_endpoint;
        let join = if place.contains('?') { '&' } else { '?' };
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.redirect),
            ("scope", &self.settings.scopes),
            ("state", &way.state()),
            ("nonce", &way.nonce()),
            ("code_challenge", &way.challenge()),
            ("code_challenge_method", "S256"),
        ]);
        let cookie = set_cookie(app, way.cookie(), trip::PATIENCE);
        Ok((format!("{place}{join}{query}"), cookie))
    }

    /// The person who comes back with the cookie of a way.
    pub(crate) async fn finish(&self, app: &App, cookie: &str, back: Back) -> ApiResult<Arrived> {
        let way = Way::of(cookie, &back.state, app.now()).ok_or_else(|| {
            ApiError::forbidden(
                "this log-in was not begun in this browser, took more than ten minutes, or \
                 another one was begun after it; log in again",
            )
        })?;
        let discovery = self.discovery(app).await?;
        let issuer = back.iss.as_deref();
        let needs = discovery.authorization_response_iss_parameter_supported;
        if issuer.map_or(needs, |issuer| issuer != self.settings.issuer) {
            return Err(ApiError::forbidden("another provider led back (`iss`)"));
        }
        let code = match (back.code, back.error) {
            (Some(code), None) if code.len() <= 4_096 => code,
            (_, Some(error)) => return Err(not_let_in(&error)),
            _ => return Err(ApiError::malformed("the provider led back without a code")),
        };
        let place = self.places.acquire().await;
        let _place = place.map_err(ApiError::internal)?;
        let tokens = self.exchange(&discovery, &code, &way).await?;
        let claims = self.claims(app, &discovery, &way, &tokens).await?;
        Ok(Arrived {
            person: account::account(app, &self.settings, &claims).await?,
            next: way.next,
        })
    }

    async fn discovery(&self, app: &App) -> ApiResult<std::sync::Arc<Discovery>> {
        let issuer = &self.settings.issuer;
        self.known
            .discovery(&self.outgoing, issuer, app.now())
            .await
    }

    /// Exchanges a code for tokens.
    async fn exchange(&self, discovery: &Discovery, code: &str, way: &Way) -> ApiResult<Tokens> {
        let verifier = way.verifier();
        let id = self.settings.client_id.as_str();
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect),
            ("code_verifier", &verifier),
        ];
        let mut headers = Vec::new();
        // Without a list it is `client_secret_basic`.
        let ways = discovery.token_endpoint_auth_methods_supported.as_deref();
        let basic = ways.is_none_or(|ways| ways.iter().any(|way| way == "client_secret_basic"));
        match &self.settings.client_secret {
            Some(secret) if basic => {
                let pair = format!("{}:{}", encoded(id), encoded(&secret.0));
                let header = format!("Basic {}", STANDARD.encode(pair));
                headers.push(("authorization", header));
            }
            Some(secret) => pairs.extend([("client_id", id), ("client_secret", &secret.0)]),
            None => pairs.push(("client_id", id)),
        }
        let place = &discovery.token_endpoint;
        let answer = self.outgoing.post_form(place, &headers, form(&pairs), MOST);
        let answer = answer.await.map_err(|cause| {
            tracing::warn!(%cause, "no token of the provider");
            ApiError::busy("the provider of log-ins did not answer")
        })?;
        if answer.status != 200 {
            let said = String::from_utf8_lossy(&answer.body);
            let said: String = said.chars().take(300).collect();
            tracing::warn!(status = answer.status, said, "code not taken");
            return Err(ApiError::forbidden(
                "the provider did not take the code; log in again",
            ));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| ApiError::forbidden("the provider's answer cannot be read"))
    }

    /// The verified claims of the ID token, and what it lacks from the provider's `userinfo`.
    async fn claims(
        &self,
        app: &App,
        discovery: &Discovery,
        way: &Way,
        tokens: &Tokens,
    ) -> ApiResult<Claims> {
        let token = tokens.id_token.as_deref();
        let token = token.ok_or_else(|| ApiError::forbidden("the provider gave no ID token"))?;
        let opened = self.known.open(&self.outgoing, discovery, token, app.now());
        let opened = opened.await?.and_then(|claims| {
            let now = app.now().as_second();
            let expected = Expected {
                issuer: &self.settings.issuer,
                client_id: &self.settings.client_id,
                nonce: &way.nonce(),
            };
            oidc::check(&claims, &expected, now)?;
            Ok(claims)
        });
        let mut claims = opened.map_err(|why: TokenError| {
            tracing::warn!(%why, "ID token refused");
            ApiError::forbidden(format!("the provider's token is not believed: {why}"))
        })?;
        if self.lacks_nothing(&claims) {
            return Ok(claims);
        }
        // Providers may keep what scopes ask for out of the token, and tell it there.
        if let (Some(place), Some(access)) = (&discovery.userinfo_endpoint, &tokens.access_token) {
            for (name, value) in self.userinfo(place, access, &claims).await? {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(claims)
    }

    fn lacks_nothing(&self, claims: &Claims) -> bool {
        let has = |name: &str| oidc::claim(claims, name).is_some();
        has(&self.settings.name)
            && has(&self.settings.groups)
            && (self.settings.only.is_empty() || (has("email") && has("email_verified")))
    }

    async fn userinfo(&self, place: &str, access: &str, token: &Claims) -> ApiResult<Claims> {
        let failed = |why: String| {
            tracing::warn!(why, "no userinfo of the provider");
            ApiError::busy("the provider of log-ins did not tell more of the person")
        };
        let headers = [("authorization", format!("Bearer {access}"))];
        let answer = self.outgoing.get(place, &headers, MOST).await;
        let answer = answer.map_err(|error| failed(error.to_string()))?;
        if answer.status != 200 {
            return Err(failed(format!("status {}", answer.status)));
        }
        let told: Claims =
            serde_json::from_slice(&answer.body).map_err(|error| failed(error.to_string()))?;
        match told.get("sub") == token.get("sub") {
            true => Ok(told),
            false => Err(ApiError::forbidden(
                "the provider tells of another person (`sub`)",
            )),
        }
    }
}

/// The value of `Set-Cookie` of a way; of none where the time is 0. It has to come with the
/// provider's redirect, which no `Strict` cookie does.
pub(crate) fn set_cookie(app: &App, value: &str, seconds: i64) -> String {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    format!(
        "{WAY_COOKIE}={value}; Path=/login/oidc; HttpOnly; SameSite=Lax; \
         Max-Age={seconds}{secure}"
    )
}

/// The provider has said no. Its words could be anybody's; a code of the standard's form is
/// shown.
fn not_let_in(error: &str) -> ApiError {
    let is_code = error.len() <= 64 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let code = if is_code { error } else { "an error" };
    ApiError::forbidden(format!("the provider did not let you in: {code}"))
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
