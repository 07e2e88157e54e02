//! A client of a centre: one connection pool, problem+json turned into errors.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Problem;

/// Largest answer that is read, in bytes.
const MAX_ANSWER: usize = 512 << 20;

/// Largest problem that is read, in bytes.
const MAX_PROBLEM: usize = 64 << 10;

/// Why a call had no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The centre could not be reached, or the line broke.
    #[error("ask {url}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What was wrong.
        #[source]
        source: reqwest::Error,
    },
    /// The centre said no.
    #[error("{url}: {problem}")]
    Refused {
        /// What was asked.
        url: String,
        /// What it said.
        problem: Box<Problem>,
    },
    /// The answer is not what the protocol says.
    #[error("{url}: the answer is not what was expected: {why}")]
    Protocol {
        /// What was asked.
        url: String,
        /// Why.
        why: String,
    },
    /// The settings of the client make no sense.
    #[error("certificate or key: {0}")]
    Settings(String),
    /// It was not let out ([`Watch`]); nothing was sent.
    #[error("{url}: not sent: {why}")]
    NotSent {
        /// What was to be asked.
        url: String,
        /// Why.
        why: String,
    },
}

/// Looks at what leaves, before it does.
pub trait Watch: Send + Sync {
    /// A body goes to a path (without its query); it is empty where there is none.
    ///
    /// # Errors
    /// When it must not leave: why.
    fn leaves(&self, method: &Method, path: &str, body: &[u8]) -> Result<(), String>;
}

impl ClientError {
    /// The problem that the centre named, where it did.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// Whether the same call may succeed later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { problem, .. } => problem.status >= 500 || problem.status == 429,
            Self::Protocol { .. } | Self::Settings(_) | Self::NotSent { .. } => false,
        }
    }
}

/// How the client shows who it is, and whom it trusts.
#[derive(Clone, Default)]
pub struct Identity {
    /// The only authority that is trusted, PEM; absent: those of the system.
    pub ca: Option<String>,
    /// Certificate and private key, PEM, one behind the other.
    pub certificate: Option<String>,
    /// A token for `Authorization: Bearer`.
    pub token: Option<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

/// A client of one centre. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    base: String,
    inner: reqwest::Client,
    identity: Identity,
    watch: Option<Arc<dyn Watch>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client of {}", self.base)
    }
}

/// A request that is being made. [`Client::send`] alone sends it.
#[derive(Debug)]
pub struct Call(RequestBuilder);

impl Call {
    /// The same with a query.
    #[must_use]
    pub fn query(self, query: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.query(query))
    }

    /// The same, which may take so long.
    #[must_use]
    pub fn timeout(self, within: Duration) -> Self {
        Self(self.0.timeout(within))
    }

    /// The same with a body in JSON.
    #[must_use]
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        Self(self.0.json(body))
    }

    /// The same with a body of bytes.
    #[must_use]
    pub fn body(self, bytes: Vec<u8>) -> Self {
        Self(self.0.body(bytes))
    }
}

impl Client {
    /// A client of the centre at `base`, `https://centre.example:8443`.
    ///
    /// # Errors
    /// When the identity cannot be used.
    pub fn new(base: &str, identity: Identity) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(120))
            .user_agent(concat!("lazaret/", env!("CARGO_PKG_VERSION")));
        let wrong = |e: reqwest::Error| ClientError::Settings(e.to_string());
        if let Some(ca) = &identity.ca {
            let ca = reqwest::Certificate::from_pem(ca.as_bytes()).map_err(wrong)?;
            builder = builder.tls_certs_only([ca]);
        }
        if let Some(pem) = &identity.certificate {
            let own = reqwest::Identity::from_pem(pem.as_bytes()).map_err(wrong)?;
            builder = builder.identity(own);
        }
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            inner: builder.build().map_err(wrong)?,
            identity,
            watch: None,
        })
    }

    /// The same client, whose every body is looked at before it leaves.
    #[must_use]
    pub fn watched(mut self, watch: Arc<dyn Watch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// A request to a path that begins with `/`, for what the other methods do not cover.
    pub fn request(&self, method: Method, path: &str) -> Call {
        let mut request = self.inner.request(method, format!("{}{path}", self.base));
        // What is asked for in a span is part of its trace.
        if let Some(value) = lazaret_trace::traceparent() {
            request = request.header(lazaret_trace::HEADER, value);
        }
        Call(match &self.identity.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        })
    }

    /// `GET`, an answer in JSON.
    ///
    /// # Errors
    /// When there is no answer, or another one.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let response = self.send(self.request(Method::GET, path), path).await?;
        self.json(response, path).await
    }

    /// `GET`; `None` where what is held is the newest (304).
    ///
    /// # Errors
    /// When there is no answer, or another one.
    pub async fn get_if_changed<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Option<T>, ClientError> {
        let response = self.send(self.request(Method::GET, path), path).await?;
        match response.status() {
            StatusCode::NOT_MODIFIED => Ok(None),
            _ => self.json(response, path).await.map(Some),
        }
    }

    /// `POST`, an answer in JSON.
    ///
    /// # Errors
    /// When there is no answer, or another one.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(Method::POST, path).json(body);
        let response = self.send(request, path).await?;
        self.json(response, path).await
    }

    /// `POST`, and the body of the answer is of no interest.
    ///
    /// # Errors
    /// When it was refused, or there is no answer.
    pub async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), ClientError> {
        let request = self.request(Method::POST, path).json(body);
        self.send(request, path).await.map(|_| ())
    }

    /// `PUT` of bytes.
    ///
    /// # Errors
    /// When it was refused, or there is no answer.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), ClientError> {
        let request = self.request(Method::PUT, path).body(bytes);
        self.send(request, path).await.map(|_| ())
    }

    /// Sends a request, the one place where anything leaves; an answer of 400 and more
    /// becomes an error with its problem.
    ///
    /// # Errors
    /// When it was not let out, was refused, or there is no answer.
    pub async fn send(&self, call: Call, path: &str) -> Result<Response, ClientError> {
        let url = format!("{}{path}", self.base);
        let unreachable = |source| ClientError::Unreachable {
            url: url.clone(),
            source,
        };
        let request = call.0.build().map_err(unreachable)?;
        if let Some(watch) = &self.watch {
            let not_sent = |why| ClientError::NotSent {
                url: url.clone(),
                why,
            };
            let body = match request.body() {
                None => &[],
                Some(body) => body
                    .as_bytes()
                    .ok_or_else(|| not_sent("its body is no bytes".to_owned()))?,
            };
            watch
                .leaves(request.method(), request.url().path(), body)
                .map_err(not_sent)?;
        }
        let response = self.inner.execute(request).await.map_err(unreachable)?;
        let status = response.status();
        if status.as_u16() < 400 {
            return Ok(response);
        }
        let bytes = self.bytes(response, path, MAX_PROBLEM).await;
        let problem = bytes
            .ok()
            .and_then(|b| serde_json::from_slice::<Problem>(&b).ok());
        let problem = problem.unwrap_or_else(|| {
            let title = status.canonical_reason().unwrap_or("refused");
            Problem::new(status.as_u16(), "http", title, "")
        });
        Err(ClientError::Refused {
            url,
            problem: Box::new(problem),
        })
    }

    /// The body of an answer, at most `most` bytes of it.
    ///
    /// # Errors
    /// When the line breaks, or there is more.
    pub async fn bytes(
        &self,
        mut response: Response,
        path: &str,
        most: usize,
    ) -> Result<Vec<u8>, ClientError> {
        let url = format!("{}{path}", self.base);
        let too_large = || ClientError::Protocol {
            url: url.clone(),
            why: format!("it is larger than {most} bytes"),
        };
        let told = response.headers().get(CONTENT_LENGTH);
        let told = told.and_then(|l| l.to_str().ok()?.parse::<usize>().ok());
        if told.is_some_and(|told| told > most) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|source| ClientError::Unreachable {
                url: url.clone(),
                source,
            })?;
            let Some(chunk) = chunk else { return Ok(bytes) };
            if bytes.len() + chunk.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
    }

    async fn json<T: DeserializeOwned>(
        &self,
        response: Response,
        path: &str,
    ) -> Result<T, ClientError> {
        let bytes = self.bytes(response, path, MAX_ANSWER).await?;
        serde_json::from_slice(&bytes).map_err(|e| ClientError::Protocol {
            url: format!("{}{path}", self.base),
            why: e.to_string(),
        })
    }
}
