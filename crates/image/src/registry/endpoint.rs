//! One server that speaks the protocol: its client, its token, its patience.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, RANGE, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{StatusCode, Url};

use super::auth::{Authorization, Challenge, TokenAnswer, challenge};
use super::error::RegistryError;
use super::link_local::{self, is_link_local};
use super::options::RegistryOptions;
use super::pace::Paced;
use super::retry;
use super::transport::{self, Transport, is_loopback};
use crate::ImageRef;
use crate::credentials::Credential;

/// How often a connection that was refused is tried again.
const RETRIES_IF_REFUSED: u32 = 2;

/// Largest token answer and error text, in bytes.
const MAX_ANSWER: u64 = 256 << 10;

/// A repository at one server.
pub(crate) struct Endpoint {
    /// Host and port, for people.
    pub(crate) host: String,
    /// `https://host/v2/repository`; `https://host/v2` for the registry itself.
    base: String,
    repository: String,
    transport: Transport,
    credential: Credential,
    authorization: Mutex<Authorization>,
    pub(crate) options: RegistryOptions,
}

/// One thing that is asked for.
pub(crate) struct Ask<'a> {
    /// Below the repository: `manifests/latest`.
    pub(crate) path: &'a str,
    /// Values of `Accept`.
    pub(crate) accept: &'a str,
    /// First byte that is wanted.
    pub(crate) from: u64,
    /// For people: `tag 1.2 of library/nginx`.
    pub(crate) what: &'a str,
}

impl Endpoint {
    /// The servers to try for a reference: its mirrors, then its registry.
    pub(crate) fn all(
        reference: &ImageRef,
        options: &RegistryOptions,
    ) -> Vec<Result<Self, RegistryError>> {
        let mirrors = options.mirrors.get(&reference.registry);
        let mut all: Vec<Result<Self, RegistryError>> = mirrors
            .into_iter()
            .flatten()
            .map(|mirror| Self::mirror(mirror, reference, options))
            .collect();
        let host = reference.api_host();
        let key = (reference.registry.as_str(), reference.repository.clone());
        all.push(Self::new(None, host, key, options));
        all
    }

    /// The registry itself, for what is no repository's.
    pub(crate) fn of_registry(
        host: &str,
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        Self::new(None, host, (host, String::new()), options)
    }

    fn mirror(
        mirror: &str,
        reference: &ImageRef,
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let (scheme, place) = match mirror.split_once("://") {
            Some((scheme, place)) => (Some(scheme), place),
            None => (None, mirror),
        };
        let place = place.trim_end_matches('/');
        let (host, repository) = match place.split_once('/') {
            Some((host, prefix)) => (host, format!("{prefix}/{}", reference.repository)),
            None => (place, reference.repository.clone()),
        };
        Self::new(scheme, host, (host, repository), options)
    }

    fn new(
        scheme: Option<&str>,
        host: &str,
        (registry, repository): (&str, String),
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let plain = match scheme {
            Some(scheme) => scheme == "http",
            None => is_loopback(host) || options.plain_http.contains(host),
        };
        if !options.link_local && is_link_local(host) {
            return Err(RegistryError::LinkLocal {
                host: host.to_owned(),
            });
        }
        // Loopback is plain unless a certificate was laid out for it.
        let certificates = transport::certificates(host, options)?;
        let own_ca = options.certs_dirs.iter().any(|d| d.join(host).is_dir())
            || !options.ca_files.is_empty() && !options.plain_http.contains(host);
        let plain = plain && !(scheme.is_none() && own_ca);
        let scheme = if plain { "http" } else { "https" };
        let base = match repository.is_empty() {
            true => format!("{scheme}://{host}/v2"),
            false => format!("{scheme}://{host}/v2/{repository}"),
        };
        Ok(Self {
            base,
            transport: Transport::new(host, plain, certificates, options)?,
            credential: options.keychain.find(registry, &repository)?,
            host: host.to_owned(),
            repository,
            authorization: Mutex::new(Authorization::None),
            options: options.clone(),
        })
    }

    /// Asks until there is an answer, the reason not to have one is final, or patience
    /// ends.
    pub(crate) fn get(&self, ask: &Ask<'_>) -> Result<Response, RegistryError> {
        let mut attempt = 0;
        loop {
            let (error, asked) = match self.get_once(ask) {
                Ok(response) => return Ok(response),
                Err(RegistryError::RateLimited {
                    host,
                    what,
                    after,
                    said,
                }) => {
                    let error = RegistryError::RateLimited {
                        host,
                        what,
                        after,
                        said,
                    };
                    (error, after)
                }
                Err(error) => (error, None),
            };
            attempt += 1;
            // A wait that all the patience there is would not cover is not begun.
            let patience = self.options.longest_wait * self.options.retries;
            let hopeless = asked.is_some_and(|asked| asked > patience);
            // A port without a server is a mistake far more often than a restart.
            let retries = match error {
                RegistryError::Refused { .. } => self.options.retries.min(RETRIES_IF_REFUSED),
                _ => self.options.retries,
            };
            if !error.may_pass() || hopeless || attempt > retries {
                return Err(error);
            }
            self.pause(attempt, asked);
        }
    }

    /// Waits as long as the schedule, or the registry, says.
    pub(crate) fn pause(&self, attempt: u32, asked: Option<Duration>) {
        let o = &self.options;
        std::thread::sleep(retry::wait(o.first_wait, o.longest_wait, attempt, asked));
    }

    fn get_once(&self, ask: &Ask<'_>) -> Result<Response, RegistryError> {
        let url = format!("{}/{}", self.base, ask.path);
        let mut request = self
            .transport
            .client
            .get(url)
            .header(ACCEPT, ask.accept)
            .header(ACCEPT_ENCODING, "identity");
        if ask.from > 0 {
            request = request.header(RANGE, format!("bytes={}-", ask.from));
        }
        let current = self.current();
        let again = request.try_clone();
        let response = self.send(authorize(request, &current), ask.what)?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.judge(response, ask.what);
        }
        let headers = response.headers().get_all(WWW_AUTHENTICATE);
        let challenge = challenge(headers.iter().filter_map(|h| h.to_str().ok()));
        let (Some(challenge), Some(again)) = (challenge, again) else {
            return self.judge(response, ask.what);
        };
        let answer = self.answer(challenge, ask.what)?;
        if matches!(answer, Authorization::None) {
            return self.judge(response, ask.what);
        }
        if let Ok(mut authorization) = self.authorization.lock() {
            *authorization = answer.clone();
        }
        let response = self.send(authorize(again, &answer), ask.what)?;
        self.judge(response, ask.what)
    }

    fn current(&self) -> Authorization {
        match self.authorization.lock() {
            Ok(mut current) => {
                if current.is_stale() {
                    *current = Authorization::None;
                }
                current.clone()
            }
            Err(_) => Authorization::None,
        }
    }

    fn answer(&self, challenge: Challenge, what: &str) -> Result<Authorization, RegistryError> {
        match (challenge, &self.credential) {
            (_, Credential::RegistryToken(token)) => Ok(Authorization::Bearer {
                token: token.clone(),
                until: None,
            }),
            (Challenge::Basic, Credential::Basic { username, password }) => {
                Ok(Authorization::Basic {
                    username: username.clone(),
                    password: password.clone(),
                })
            }
            (Challenge::Basic, _) => Ok(Authorization::None),
            (Challenge::Bearer { realm, service }, _) => {
                self.token(&realm, service.as_deref(), what)
            }
        }
    }

    fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        what: &str,
    ) -> Result<Authorization, RegistryError> {
        let protocol = |why: String| RegistryError::Protocol {
            host: self.host.clone(),
            what: what.to_owned(),
            why,
        };
        let url =
            Url::parse(realm).map_err(|_| protocol("its token service has no address".into()))?;
        if !self.options.link_local && link_local::is_named(&url) {
            let host = self.host.clone();
            return Err(RegistryError::LinkLocal { host });
        }
        // A password must not leave in the clear because a header says so.
        if url.scheme() != "https" && self.base.starts_with("https:") {
            return Err(protocol("its token service is without TLS".into()));
        }
        let scope = match self.repository.as_str() {
            "" => "registry:catalog:*".to_owned(),
            repository => format!("repository:{repository}:pull"),
        };
        let service = service.unwrap_or_default();
        let mut pairs = vec![("scope", scope.as_str())];
        if !service.is_empty() {
            pairs.push(("service", service));
        }
        let request = match &self.credential {
            Credential::IdentityToken(token) => {
                pairs.push(("grant_type", "refresh_token"));
                pairs.push(("client_id", "lazaret"));
                pairs.push(("refresh_token", token.reveal()));
                self.transport.faithful()?.post(url).form(&pairs)
            }
            Credential::Basic { username, password } => self
                .transport
                .faithful()?
                .get(url)
                .query(&pairs)
                .basic_auth(username, Some(password.reveal())),
            _ => self.transport.client.get(url).query(&pairs),
        };
        let what = "a token";
        let response = self.judge(self.send(request, what)?, what)?;
        let bytes = self.bounded(response, MAX_ANSWER, what)?;
        let answer: TokenAnswer = serde_json::from_slice(&bytes)
            .map_err(|_| protocol("its token service does not answer with a token".into()))?;
        answer
            .token()
            .ok_or_else(|| protocol("its token service sends an empty token".into()))
    }

    fn send(&self, request: RequestBuilder, what: &str) -> Result<Response, RegistryError> {
        request.send().map_err(|e| self.explain(&e, what))
    }

    /// The whole body, no longer than `limit`.
    pub(crate) fn bounded(
        &self,
        response: Response,
        limit: u64,
        what: &str,
    ) -> Result<Vec<u8>, RegistryError> {
        use std::io::Read;
        let mut bytes = Vec::new();
        let read = Paced::new(response, self.options.stall_timeout)
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes);
        read.map_err(|e| RegistryError::Transport {
            host: self.host.clone(),
            what: what.to_owned(),
            why: e.to_string(),
        })?;
        if bytes.len() as u64 > limit {
            return Err(RegistryError::Protocol {
                host: self.host.clone(),
                what: what.to_owned(),
                why: format!("the answer is longer than {limit} bytes"),
            });
        }
        Ok(bytes)
    }

    fn judge(&self, response: Response, what: &str) -> Result<Response, RegistryError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let header = response.headers().get(RETRY_AFTER);
        let after = header
            .and_then(|h| h.to_str().ok())
            .and_then(|h| retry::retry_after(h, Timestamp::now()));
        let said = said(Paced::new(response, self.options.stall_timeout));
        let (host, what) = (self.host.clone(), what.to_owned());
        Err(match status.as_u16() {
            status @ (401 | 403) => RegistryError::Denied {
                host,
                what,
                status,
                with_credentials: self.credential != Credential::Anonymous,
                said,
            },
            404 => RegistryError::NotFound { host, what, said },
            429 => RegistryError::RateLimited {
                host,
                what,
                after,
                said,
            },
            503 if after.is_some() => RegistryError::RateLimited {
                host,
                what,
                after,
                said,
            },
            status => RegistryError::Status {
                host,
                what,
                status,
                said,
            },
        })
    }

    fn explain(&self, error: &reqwest::Error, what: &str) -> RegistryError {
        let (host, what) = (self.host.clone(), what.to_owned());
        let mut chain = Vec::new();
        let mut source = std::error::Error::source(error);
        let mut refused = false;
        while let Some(cause) = source {
            if let Some(io) = cause.downcast_ref::<std::io::Error>() {
                refused |= io.kind() == std::io::ErrorKind::ConnectionRefused;
            }
            chain.push(cause.to_string());
            source = cause.source();
        }
        let why = chain.last().cloned().unwrap_or_else(|| error.to_string());
        let has = |words: &[&str]| {
            chain
                .iter()
                .any(|c| words.iter().any(|w| c.to_ascii_lowercase().contains(w)))
        };
        if chain.iter().any(|cause| cause.contains(link_local::WHY)) {
            RegistryError::LinkLocal { host }
        } else if error.is_redirect() {
            RegistryError::Protocol { host, what, why }
        } else if error.is_timeout() {
            RegistryError::Timeout { host, what }
        } else if refused {
            RegistryError::Refused { host }
        } else if has(&["dns error", "failed to lookup"]) {
            RegistryError::NoSuchHost { host }
        } else if has(&["certificate", "tls", "corrupt message", "handshake"]) {
            RegistryError::Tls { host, why }
        } else {
            RegistryError::Transport { host, what, why }
        }
    }
}

fn authorize(request: RequestBuilder, authorization: &Authorization) -> RequestBuilder {
    match authorization {
        Authorization::None => request,
        Authorization::Basic { username, password } => {
            request.basic_auth(username, Some(password.reveal()))
        }
        Authorization::Bearer { token, .. } => request.bearer_auth(token.reveal()),
    }
}

/// The registry's own words, made safe for a terminal.
fn said(response: impl std::io::Read) -> String {
    use std::io::Read;
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<Problem>,
    }
    #[derive(serde::Deserialize)]
    struct Problem {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let mut bytes = Vec::new();
    if response.take(MAX_ANSWER).read_to_end(&mut bytes).is_err() {
        return String::new();
    }
    let Ok(Errors { errors }) = serde_json::from_slice(&bytes) else {
        return String::new();
    };
    let Some(first) = errors.first() else {
        return String::new();
    };
    let text = match first.message.is_empty() {
        true => &first.code,
        false => &first.message,
    };
    let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    format!(": {text}")
}
