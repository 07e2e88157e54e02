//! A centre that does what the protocol of edges says, and what a test tells it besides.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Json, Router};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use lazaret_testkit::registry::digest_of;
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::{
    ADVISORIES_KIND, Bundle, CompleteRequest, FailRequest, GateVerdict, HeartbeatAnswer,
    HeartbeatRequest, ImageAccess, JoinRequest, JoinTicket, Joined, LeaseAnswer, LeaseRequest,
    LeasedJob, OnUnknown, RenewRequest, VerdictAnswer, VerdictQuery, Work,
};
use lazaret_wire::sign::SigningKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

/// A job that somebody has.
pub(crate) struct Leased {
    fence: i64,
    access: ImageAccess,
    until: std::time::Instant,
}

/// What a centre knows.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) waiting: VecDeque<ImageAccess>,
    pub(crate) leased: BTreeMap<String, Leased>,
    pub(crate) completed: Vec<CompleteRequest>,
    pub(crate) failed: Vec<FailRequest>,
    pub(crate) blobs: HashMap<String, Vec<u8>>,
    pub(crate) bundles: Vec<Bundle>,
    pub(crate) verdicts: HashMap<String, HoldState>,
    pub(crate) advisories: Option<Vec<u8>>,
    pub(crate) advisories_given: u32,
    pub(crate) joins: u32,
    pub(crate) renewals: u32,
    pub(crate) other_bytes: usize,
    /// Path and body of everything that was sent, where a test asks for it.
    pub(crate) heard: Option<Vec<(String, Bytes)>>,
    used: Vec<String>,
    jobs: i64,
}

/// The centre.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) key: SigningKey,
    issuer: Issuer<'static, KeyPair>,
    ca: String,
    known: Mutex<Known>,
    pub(crate) life: Mutex<Duration>,
    /// How long a job is somebody's without a heartbeat.
    pub(crate) lease: Mutex<Duration>,
    /// Nobody is answered.
    pub(crate) is_cut_off: AtomicBool,
}

/// Whether the other side has shown a certificate.
#[derive(Clone, Copy)]
struct Shown(bool);

impl Peer {
    pub(crate) async fn start() -> Arc<Self> {
        let key = SigningKey::read(&SigningKey::generate().expect("a key")).expect("a key");
        let ca_key = KeyPair::generate().expect("a key");
        let mut ca = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_certificate = ca.self_signed(&ca_key).expect("signed");
        let issuer = Issuer::new(ca, ca_key);
        let own_key = KeyPair::generate().expect("a key");
        let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        let own = own.signed_by(&own_key, &issuer).expect("signed");
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(ca_certificate.der().clone())
            .expect("an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let verifier = verifier
            .allow_unauthenticated()
            .build()
            .expect("a verifier");
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![CertificateDer::from(own.der().to_vec())],
                PrivateKeyDer::try_from(own_key.serialize_der()).expect("a key"),
            )
            .expect("a configuration");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let peer = Arc::new(Self {
            address: listener.local_addr().expect("an address"),
            key,
            issuer,
            ca: ca_certificate.pem(),
            known: Mutex::default(),
            life: Mutex::new(Duration::from_secs(3600)),
            lease: Mutex::new(Duration::from_secs(60)),
            is_cut_off: AtomicBool::new(false),
        });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(Arc::clone(&peer).answer(listener, acceptor));
        peer
    }

    /// Answers whoever comes, while it is not cut off.
    async fn answer(self: Arc<Self>, listener: tokio::net::TcpListener, acceptor: TlsAcceptor) {
        let app = router(Arc::clone(&self));
        while let Ok((stream, _)) = listener.accept().await {
            if self.is_cut_off.load(Ordering::Relaxed) {
                continue;
            }
            let (acceptor, app) = (acceptor.clone(), app.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let shown = Shown(stream.get_ref().1.peer_certificates().is_some());
                let service = TowerToHyperService::new(app.layer(Extension(shown)));
                let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let stream = TokioIo::new(stream);
                let _ = builder.serve_connection(stream, service).await;
            });
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no panic")
    }

    pub(crate) fn ticket(&self) -> String {
        self.ticket_of("once")
    }

    /// A token that is good once; its secret begins with `once`.
    pub(crate) fn ticket_of(&self, secret: &str) -> String {
        let (secret, ca, region) = (secret.to_owned(), self.ca.clone(), "eu".to_owned());
        JoinTicket { secret, ca, region }.encode()
    }

    pub(crate) fn scan(&self, host: &str, repository: &str, digest: &str) {
        self.known().waiting.push_back(ImageAccess {
            registry: "r".to_owned(),
            host: host.to_owned(),
            plain_http: true,
            username: None,
            password: None,
            repository: repository.to_owned(),
            digest: digest.to_owned(),
            tag: None,
        });
    }

    fn joined(&self, csr: &str) -> Joined {
        let asked = CertificateSigningRequestParams::from_pem(csr).expect("a request");
        let certificate = asked.signed_by(&self.issuer).expect("signed").pem();
        let life = *self.life.lock().expect("no panic");
        Joined {
            edge: "0190-edge".to_owned(),
            region: "eu".to_owned(),
            certificate,
            ca: self.ca.clone(),
            expires_at: jiff::Timestamp::now() + life,
            bundle_key: self.key.verifying().text(),
        }
    }
}

fn router(peer: Arc<Peer>) -> Router {
    Router::new()
        .route("/edge/v1/renew", post(renew))
        .route("/edge/v1/lease", post(lease))
        .route("/edge/v1/heartbeat", post(heartbeat))
        .route(
            "/edge/v1/blobs/{digest}",
            put(blob).layer(axum::extract::DefaultBodyLimit::disable()),
        )
        .route("/edge/v1/complete", post(complete))
        .route("/edge/v1/fail", post(fail))
        .route("/edge/v1/bundle", get(bundle))
        .route("/edge/v1/verdict", get(verdict))
        .route("/edge/v1/advisories", get(advisories))
        .layer(from_fn_with_state(Arc::clone(&peer), only_edges))
        .route("/edge/v1/join", post(join))
        .layer(from_fn_with_state(Arc::clone(&peer), hear))
        .with_state(peer)
}

/// Keeps what was sent, as it came out of TLS.
async fn hear(State(peer): State<Arc<Peer>>, request: Request, next: Next) -> Response {
    if peer.known().heard.is_none() {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await;
    let body = body.expect("a whole body");
    if let Some(heard) = &mut peer.known().heard {
        heard.push((head.uri.path().to_owned(), body.clone()));
    }
    next.run(Request::from_parts(head, body.into())).await
}

async fn only_edges(State(peer): State<Arc<Peer>>, request: Request, next: Next) -> Response {
    let shown = request
        .extensions()
        .get::<Shown>()
        .is_some_and(|shown| shown.0);
    if peer.is_cut_off.load(Ordering::Relaxed) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match shown {
        true => next.run(request).await,
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn join(State(peer): State<Arc<Peer>>, Json(asked): Json<JoinRequest>) -> Response {
    let mut known = peer.known();
    let is_known = known.used.contains(&asked.secret);
    if is_known || !asked.secret.starts_with("once") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    known.joins += 1;
    known.used.push(asked.secret.clone());
    Json(peer.joined(&asked.csr)).into_response()
}

async fn renew(State(peer): State<Arc<Peer>>, Json(asked): Json<RenewRequest>) -> Json<Joined> {
    peer.known().renewals += 1;
    *peer.life.lock().expect("no panic") = Duration::from_secs(3600);
    Json(peer.joined(&asked.csr))
}

async fn lease(
    State(peer): State<Arc<Peer>>,
    Json(asked): Json<LeaseRequest>,
) -> Json<LeaseAnswer> {
    let mut jobs = Vec::new();
    let lease = *peer.lease.lock().expect("no panic");
    for _ in 0..asked.wait_seconds * 10 + 1 {
        {
            let mut known = peer.known();
            let now = std::time::Instant::now();
            let is_over = |leased: &Leased| leased.until <= now;
            let over: Vec<String> = known
                .leased
                .iter()
                .filter(|(_, l)| is_over(l))
                .map(|(id, _)| id.clone())
                .collect();
            for id in over {
                let leased = known.leased.remove(&id).expect("it is there");
                known.waiting.push_back(leased.access);
            }
            while jobs.len() < asked.free as usize {
                let Some(access) = known.waiting.pop_front() else {
                    break;
                };
                known.jobs += 1;
                let (id, fence) = (format!("job-{}", known.jobs), known.jobs);
                let leased = Leased {
                    fence,
                    access: access.clone(),
                    until: now + lease,
                };
                known.leased.insert(id.clone(), leased);
                let expires_at = jiff::Timestamp::now() + lease;
                jobs.push(LeasedJob {
                    trace: None,
                    id,
                    fence,
                    attempt: 1,
                    expires_at,
                    work: Work::Scan(access),
                });
            }
        }
        if !jobs.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Json(LeaseAnswer {
        jobs,
        bundle_generation: 0,
        advisories: String::new(),
    })
}

async fn heartbeat(
    State(peer): State<Arc<Peer>>,
    Json(asked): Json<HeartbeatRequest>,
) -> Json<HeartbeatAnswer> {
    let lease = *peer.lease.lock().expect("no panic");
    let mut known = peer.known();
    let mut lost = Vec::new();
    for job in asked.jobs {
        match known.leased.get_mut(&job.id) {
            Some(leased) => leased.until = std::time::Instant::now() + lease,
            None => lost.push(job.id),
        }
    }
    Json(HeartbeatAnswer { lost })
}

async fn blob(
    State(peer): State<Arc<Peer>>,
    Path(digest): Path<String>,
    bytes: Bytes,
) -> StatusCode {
    if digest_of(&bytes) != digest {
        return StatusCode::BAD_REQUEST;
    }
    let is_inventory = serde_json::from_slice::<lazaret_model::Inventory>(&bytes).is_ok();
    let mut known = peer.known();
    if !is_inventory {
        known.other_bytes += bytes.len();
    }
    known.blobs.insert(digest, bytes.to_vec());
    StatusCode::CREATED
}

async fn complete(State(peer): State<Arc<Peer>>, Json(done): Json<CompleteRequest>) -> StatusCode {
    let mut known = peer.known();
    let has_all = done
        .results
        .iter()
        .all(|r| known.blobs.contains_key(&r.inventory));
    match known.leased.get(&done.job) {
        Some(leased) if leased.fence == done.fence && has_all => {
            known.leased.remove(&done.job);
            known.completed.push(done);
            StatusCode::NO_CONTENT
        }
        Some(leased) if leased.fence == done.fence => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

async fn fail(State(peer): State<Arc<Peer>>, Json(failed): Json<FailRequest>) -> StatusCode {
    let mut known = peer.known();
    let Some(Leased { access, .. }) = known.leased.remove(&failed.job) else {
        return StatusCode::CONFLICT;
    };
    if !failed.is_final {
        known.waiting.push_back(access);
    }
    known.failed.push(failed);
    StatusCode::NO_CONTENT
}

async fn bundle(
    State(peer): State<Arc<Peer>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let held: i64 = query
        .get("generation")
        .and_then(|g| g.parse().ok())
        .unwrap_or(0);
    let known = peer.known();
    let change = known
        .bundles
        .iter()
        .find(|b| b.base == Some(held) && held > 0);
    let whole = known.bundles.iter().rev().find(|b| b.base.is_none());
    let newest = known.bundles.last().map_or(0, |b| b.generation);
    match change.or(whole.filter(|_| held < newest)) {
        Some(bundle) => Json(peer.key.sign(bundle).expect("signed")).into_response(),
        None => StatusCode::NOT_MODIFIED.into_response(),
    }
}

async fn advisories(
    State(peer): State<Arc<Peer>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut known = peer.known();
    let Some(bytes) = known.advisories.clone() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if query.get("have").is_some_and(|have| !have.is_empty()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    known.advisories_given += 1;
    ([(ADVISORIES_KIND, "whole")], bytes).into_response()
}

async fn verdict(
    State(peer): State<Arc<Peer>>,
    Query(query): Query<VerdictQuery>,
) -> Json<VerdictAnswer> {
    let state = peer
        .known()
        .verdicts
        .get(&query.digest)
        .copied()
        .unwrap_or_default();
    let verdict = GateVerdict {
        host: query.registry,
        repository: query.repository,
        digest: query.digest,
        state,
        since: jiff::Timestamp::now(),
        ..GateVerdict::default()
    };
    Json(VerdictAnswer {
        verdict,
        on_unknown: OnUnknown::Wait,
        link: String::new(),
    })
}
