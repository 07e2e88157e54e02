//! One request: what it asks for, whether it may have it, and the way there and back.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use lazaret_model::Digest;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::decide::{Judge, Kind};
use super::headers::{self, PublicUrl};
use super::manifest::{self, MAX_MANIFEST};
use super::metrics::Metrics;
use super::path::{Reference, Route, canonical, looks_like_a_pull, route};
use super::refusal::{error, refused};
use super::rule::Action;
use super::stall::{Flow, Held};
use super::upstream::{Upstream, UpstreamError};
use super::{Body, empty};

/// Manifests that are held in memory at once, from the first byte that is read to the
/// last that is sent, in KiB.
const MANIFEST_BUDGET: usize = 256 << 10;

/// How long a manifest may take to arrive.
const MANIFEST_TIME: Duration = Duration::from_secs(60);

/// Most paths of token services that are remembered.
const MAX_TOKEN_PATHS: usize = 8;

/// What clients do to a registry besides reading.
const WRITES: [Method; 5] = [
    Method::PUT,
    Method::POST,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

const DOCKER_DIGEST: &str = "docker-content-digest";

/// What every request of a gate shares.
pub(super) struct Proxy {
    pub(super) upstream: Upstream,
    pub(super) judge: Judge,
    pub(super) metrics: Arc<Metrics>,
    public: Option<PublicUrl>,
    is_tls: bool,
    patience: Duration,
    budget: Arc<Semaphore>,
    token_paths: Mutex<Vec<String>>,
}

/// A request for a manifest.
struct Pull<'a> {
    name: &'a str,
    reference: Reference<'a>,
    public: PublicUrl,
}

impl Proxy {
    pub(super) fn new(
        upstream: Upstream,
        judge: Judge,
        public: Option<PublicUrl>,
        is_tls: bool,
        patience: Duration,
    ) -> Self {
        Self {
            upstream,
            judge,
            metrics: Arc::new(Metrics::new()),
            public,
            is_tls,
            patience,
            budget: Arc::new(Semaphore::new(MANIFEST_BUDGET)),
            token_paths: Mutex::default(),
        }
    }

    /// Answers a request that is not for the gate itself.
    pub(super) async fn answer(
        &self,
        mut request: Request<Incoming>,
        client: Option<IpAddr>,
    ) -> Response<Body> {
        let path = match canonical(request.uri().path()) {
            Ok(path) => path,
            Err(why) => return self.bad_path(&why.to_string()),
        };
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        if !is_read && !WRITES.contains(request.method()) {
            let why = "the method is not one of registries";
            return self.unsupported(StatusCode::METHOD_NOT_ALLOWED, why);
        }
        let public = self.public_url(&request);
        headers::toward_registry(request.headers_mut(), client);
        match route(&path) {
            Err(why) => self.bad_path(&why.to_string()),
            Ok(Route::Manifest { name, reference }) if is_read => {
                let pull = Pull {
                    name,
                    reference,
                    public,
                };
                let response = self.pull(&path, request, pull).await;
                self.metrics
                    .answered("manifest", response.status().as_u16());
                response
            }
            Ok(Route::Blob { name, digest }) if is_read && self.is_kept_back(name, digest) => {
                self.metrics.answered("blob", 403);
                let message = "this is a manifest, and it is refused as one";
                error(StatusCode::FORBIDDEN, "DENIED", message)
            }
            Ok(Route::Outside) if is_read && !self.is_token_path(&path) || looks_outside(&path) => {
                let why = "the gate passes on what is below /v2/";
                self.unsupported(StatusCode::NOT_FOUND, why)
            }
            Ok(route) => {
                let kind = match route {
                    Route::Blob { .. } => "blob",
                    Route::Manifest { .. } => "manifest",
                    _ => "other",
                };
                let response = self.pass(&path, request, is_read, &public).await;
                self.metrics.answered(kind, response.status().as_u16());
                response
            }
        }
    }

    fn unsupported(&self, status: StatusCode, why: &str) -> Response<Body> {
        self.metrics.answered("other", status.as_u16());
        error(status, "UNSUPPORTED", why)
    }

    fn bad_path(&self, why: &str) -> Response<Body> {
        self.metrics.answered("other", 400);
        error(StatusCode::BAD_REQUEST, "NAME_INVALID", why)
    }

    /// Whether a digest that is fetched as a blob is a manifest that is refused: some
    /// registries give manifests out in this way, too.
    fn is_kept_back(&self, name: &str, digest: &str) -> bool {
        let Ok(digest) = digest.parse::<Digest>() else {
            return false;
        };
        let book = self.judge.book();
        let known = !book.is_empty() && book.has(&digest);
        known && self.judge.ruling(&digest, name, Kind::Artifact).action == Action::Refuse
    }

    /// Passes a request on without looking at its body, and the answer back.
    async fn pass(
        &self,
        path: &str,
        request: Request<Incoming>,
        is_read: bool,
        public: &PublicUrl,
    ) -> Response<Body> {
        let Some(address) = self.upstream.address(path, request.uri().query()) else {
            return self.bad_path("the query makes no address");
        };
        let (mut head, body) = request.into_parts();
        head.uri = address;
        head.version = hyper::Version::HTTP_11;
        let answer = match is_read {
            // Storage of the registry's own host may be out of reach for its clients.
            true => self.upstream.send_following(bare(&head), false).await,
            false => {
                let flow = Flow::new(body, self.patience, self.metrics.flow("pushed"));
                let mut request = Request::new(flow.boxed_unsync());
                *request.method_mut() = head.method;
                *request.uri_mut() = head.uri;
                *request.headers_mut() = head.headers;
                self.upstream.send(request).await
            }
        };
        match answer {
            Ok(response) => self.back(response, public),
            Err(why) => self.no_answer(&why),
        }
    }

    /// An answer of the registry, on its way to the client.
    fn back(&self, response: Response<Incoming>, public: &PublicUrl) -> Response<Body> {
        let (mut head, body) = response.into_parts();
        self.lead_here(&mut head.headers, public);
        let flow = Flow::new(body, self.patience, self.metrics.flow("pulled"));
        let mut response = Response::new(flow.boxed_unsync());
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        response
    }

    /// Has addresses of the registry in an answer lead to the gate.
    fn lead_here(&self, headers: &mut header::HeaderMap, public: &PublicUrl) {
        let tokens = headers::toward_client(headers, &self.upstream.home, public);
        if let Some(tokens) = tokens {
            self.remember_tokens(tokens);
        }
    }

    fn no_answer(&self, why: &UpstreamError) -> Response<Body> {
        self.metrics.upstream_errors.inc();
        tracing::warn!(%why, "registry did not answer");
        let status = match why {
            UpstreamError::Slow => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        };
        // What exactly is wrong behind the gate is for its log, not for whoever asks.
        error(
            status,
            "UNAVAILABLE",
            "the registry behind the gate does not answer",
        )
    }

    /// Pulls a manifest: asks the registry, sees what it is, decides.
    async fn pull(&self, path: &str, request: Request<Incoming>, pull: Pull<'_>) -> Response<Body> {
        let Some(address) = self.upstream.address(path, request.uri().query()) else {
            return self.bad_path("the query makes no address");
        };
        let (mut head, _) = request.into_parts();
        head.uri = address;
        headers::ask_for_the_whole(&mut head.headers);
        if head.method == Method::HEAD
            && let Some(response) = self.pull_head(&head, &pull).await
        {
            return response;
        }
        let is_head = head.method == Method::HEAD;
        head.method = Method::GET;
        let answer = self.upstream.send_following(bare(&head), true).await;
        let response = match answer {
            Ok(response) if response.status() != StatusCode::OK => {
                return match response.status().is_success() {
                    true => mismatch("the registry has sent a part of the manifest"),
                    false => self.back(response, &pull.public),
                };
            }
            Ok(response) => response,
            Err(why) => return self.no_answer(&why),
        };
        self.judged(response, &pull, is_head).await
    }

    /// Answers `HEAD` by the digest that the registry names; none where it names none that
    /// can be looked up, so that the manifest itself must be asked for.
    async fn pull_head(
        &self,
        head: &hyper::http::request::Parts,
        pull: &Pull<'_>,
    ) -> Option<Response<Body>> {
        let response = match self.upstream.send_following(bare(head), true).await {
            Ok(response) => response,
            Err(why) => return Some(self.no_answer(&why)),
        };
        if response.status() != StatusCode::OK {
            return Some(self.back(response, &pull.public));
        }
        let named = response.headers().get(DOCKER_DIGEST);
        let named: Option<Digest> = named.and_then(|d| d.to_str().ok()?.parse().ok());
        let digest = named.filter(|d| d.algorithm() == lazaret_model::DigestAlgorithm::Sha256)?;
        if let Reference::Digest(wanted) = &pull.reference
            && wanted.algorithm() == digest.algorithm()
            && *wanted != digest
        {
            self.metrics.mismatches.inc();
            return Some(mismatch(
                "the registry names another digest than was asked for",
            ));
        }
        // What is unknown is decided when the manifest itself is pulled: a head brings
        // nothing that could run, and does not say whether this is an image.
        let ruling = self.judge.ruling(&digest, pull.name, Kind::Artifact);
        if ruling.action == Action::Refuse {
            self.tell(&ruling, pull);
            return Some(refused(&ruling, pull.name));
        }
        Some(self.back(response, &pull.public))
    }

    /// Reads a manifest, checks that it is what it is said to be, and decides.
    async fn judged(
        &self,
        response: Response<Incoming>,
        pull: &Pull<'_>,
        is_head: bool,
    ) -> Response<Body> {
        let (mut head, body) = response.into_parts();
        let (bytes, room) = match self.whole(&head.headers, body).await {
            Ok(read) => read,
            Err(response) => return *response,
        };
        // Given back while the pull waits for an examination: those who wait have a budget
        // of their own.
        let mut room = Some(room);
        let started = Instant::now();
        if let Err(why) = is_what_it_says(&head.headers, &pull.reference, &bytes) {
            self.metrics.mismatches.inc();
            return mismatch(why);
        }
        let seen = match manifest::seen(&bytes) {
            Ok(seen) => seen,
            Err(why) => return mismatch(&why.to_string()),
        };
        let digest = manifest::sha256(&bytes);
        if !seen.platforms.is_empty() {
            self.judge.remember(&digest, seen.platforms);
        }
        let mut ruling = self.judge.ruling(&digest, pull.name, seen.kind);
        if self.judge.may_change(&ruling) {
            drop(std::mem::take(&mut room));
            let judge = &self.judge;
            let settled = judge.settled(&digest, pull.name, seen.kind, bytes.len());
            ruling = settled.await;
        }
        self.metrics
            .deciding
            .observe(started.elapsed().as_secs_f64());
        self.tell(&ruling, pull);
        if ruling.action == Action::Refuse {
            return refused(&ruling, pull.name);
        }
        self.lead_here(&mut head.headers, &pull.public);
        head.headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        if !head.headers.contains_key(DOCKER_DIGEST)
            && let Ok(value) = HeaderValue::from_str(&digest.to_string())
        {
            head.headers.insert(DOCKER_DIGEST, value);
        }
        let body = match is_head {
            true => empty(),
            false => {
                let body = Full::new(bytes).map_err(|never| match never {});
                Held::new(body, room).boxed_unsync()
            }
        };
        let mut response = Response::new(body);
        *response.headers_mut() = head.headers;
        response
    }

    /// Reads the whole of a manifest, within the budget of all that are read; or what is answered
    /// instead.
    async fn whole(
        &self,
        headers: &header::HeaderMap,
        body: Incoming,
    ) -> Result<(Bytes, OwnedSemaphorePermit), Box<Response<Body>>> {
        let told = headers.get(header::CONTENT_LENGTH);
        let told = told.and_then(|l| l.to_str().ok()?.parse::<usize>().ok());
        let room = told.unwrap_or(MAX_MANIFEST).min(MAX_MANIFEST) / 1024 + 1;
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let Ok(room) = self.budget.clone().acquire_many_owned(room).await else {
            return Err(Box::new(mismatch("the gate is stopping")));
        };
        let whole = Limited::new(body, MAX_MANIFEST).collect();
        match tokio::time::timeout(MANIFEST_TIME, whole).await {
            Ok(Ok(whole)) => Ok((whole.to_bytes(), room)),
            Ok(Err(why)) => {
                tracing::warn!(%why, "manifest not read");
                let why = "the manifest breaks off, or is larger than 4 MiB";
                Err(Box::new(mismatch(why)))
            }
            Err(_) => Err(Box::new(self.no_answer(&UpstreamError::Slow))),
        }
    }

    /// Counts a ruling, and writes down what was refused or spared.
    fn tell(&self, ruling: &super::decide::Ruling, pull: &Pull<'_>) {
        self.metrics.decided(ruling);
        let (digest, state) = (&ruling.digest, ruling.standing.state.name());
        let (transition, repository) = (ruling.transition.name(), pull.name);
        let age = ruling.age.map(|age| age.as_secs());
        let generation = ruling.generation;
        match ruling.action {
            Action::Allow => {
                tracing::debug!(%digest, repository, state, transition, generation, age, "pull allowed");
            }
            Action::Spare => {
                tracing::warn!(%digest, repository, state, transition, generation, age, "pull allowed although");
            }
            Action::Wait | Action::Refuse => {
                tracing::warn!(%digest, repository, state, transition, generation, age, "pull refused");
            }
        }
    }

    fn public_url(&self, request: &Request<Incoming>) -> PublicUrl {
        if let Some(public) = &self.public {
            return public.clone();
        }
        let host = request.headers().get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok());
        let authority = request.uri().authority().map(|a| a.as_str());
        // What is no host and port is not written into addresses.
        let authority = authority.or(host).filter(|host| {
            let odd = |b: u8| !(b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
            !host.bytes().any(odd)
        });
        PublicUrl {
            scheme: if self.is_tls { "https" } else { "http" }.to_owned(),
            authority: authority.unwrap_or("localhost").to_owned(),
        }
    }

    fn remember_tokens(&self, path: String) {
        let mut paths = self
            .token_paths
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if paths.len() < MAX_TOKEN_PATHS && !paths.contains(&path) && !looks_outside(&path) {
            paths.push(path);
        }
    }

    fn is_token_path(&self, path: &str) -> bool {
        let paths = self
            .token_paths
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        paths.iter().any(|known| known == path)
    }

    /// Whether the registry answers now, and where its token service is.
    pub(super) async fn probe(&self) -> Result<(), UpstreamError> {
        let wrong = || UpstreamError::Address(self.upstream.home.authority.to_string());
        let address = self.upstream.address("/v2/", None).ok_or_else(wrong)?;
        let mut request = Request::new(empty());
        *request.uri_mut() = address;
        let response = self.upstream.send(request).await?;
        let public = PublicUrl {
            scheme: "https".to_owned(),
            authority: "gate".to_owned(),
        };
        let status = response.status();
        let _ = self.back(response, &public);
        match status {
            StatusCode::OK | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(()),
            status => Err(UpstreamError::Unreachable(format!("/v2/ answers {status}"))),
        }
    }
}

/// A path outside `/v2/` that a manifest could be had at.
fn looks_outside(path: &str) -> bool {
    matches!(route(path), Ok(Route::Outside)) && looks_like_a_pull(path)
}

/// A request's head, without its body.
fn bare(head: &hyper::http::request::Parts) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = head.uri.clone();
    *request.headers_mut() = head.headers.clone();
    request.headers_mut().remove(header::CONTENT_LENGTH);
    request
}

fn mismatch(why: &str) -> Response<Body> {
    error(StatusCode::BAD_GATEWAY, "MANIFEST_INVALID", why)
}

/// Whether a manifest is what was asked for and what its headers say.
fn is_what_it_says(
    headers: &header::HeaderMap,
    reference: &Reference<'_>,
    bytes: &Bytes,
) -> Result<(), &'static str> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err("the registry has encoded the manifest, which was not asked for");
    }
    if let Reference::Digest(digest) = reference
        && !manifest::is_digest_of(digest, bytes)
    {
        return Err("the registry's manifest is not that of the digest that was asked for");
    }
    match headers
        .get(DOCKER_DIGEST)
        .map(|d| d.to_str().ok().and_then(|d| d.parse().ok()))
    {
        None => Ok(()),
        Some(Some(named)) if manifest::is_digest_of(&named, bytes) => Ok(()),
        Some(_) => Err("the registry's manifest is not that of the digest that it names"),
    }
}
