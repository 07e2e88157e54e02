//! The edge unit: takes jobs of its region from the centre, looks at images beside their
//! registry, sends inventories, never layers.
//!
//! It dials out alone, and may be killed at any moment: what was found is on disk before
//! the centre is told, a job that was begun goes to somebody else when its lease ends,
//! and a completion that comes too late is refused by its fence. Cut off, it sends what
//! it has when the line is back, and gives out the verdicts that it holds with their age.

mod alone;
mod identity;
mod interruption;
mod listen;
mod numbers;
mod outward;
mod pages;
mod scan;
mod send;
mod spool;
mod work;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use lazaret_wire::edge::Counters;
use lazaret_wire::sign::Signed;
use lazaret_wire::{Client, ClientError};

use crate::tls::{Acceptor, Tls, TlsError};
use crate::verdict::{Follow, Shelf, SourceError};
use alone::{Advisories, Own};
use identity::{Centre, Kept};

pub use identity::IdentityError;
pub use interruption::{Cloud, Interruption, Metadata, Never};
pub use outward::{Outward, Sent};
pub use spool::{Entry, Finished, Spool, Waiting};

/// How often newer advisories are asked for.
const ADVISORIES_EVERY: Duration = Duration::from_secs(60);

/// How an edge unit stands.
#[derive(Debug, Clone)]
pub struct UnitSettings {
    /// The centre, `https://centre.example:8443`.
    pub central: String,
    /// The one-time token; needed until the unit has joined.
    pub token: Option<String>,
    /// The region.
    pub region: String,
    /// What the unit keeps: its identity, what waits to be sent, bundles.
    pub directory: PathBuf,
    /// The layer cache, which workers and units may share.
    pub cache: PathBuf,
    /// How many images are looked at at once.
    pub workers: usize,
    /// How much may wait on disk to be sent, in bytes.
    pub spool_limit: u64,
    /// How often a bundle is asked for where no job tells of a newer one.
    pub bundles_every: Duration,
    /// Where gates, probes and metrics are answered; none: nowhere.
    pub listen: Option<SocketAddr>,
    /// TLS of that listener; none: it speaks plain HTTP.
    pub tls: Option<Tls>,
    /// What gates must show; none: everybody may ask for verdicts.
    pub gate_token: Option<String>,
    /// How long running jobs may go on after the unit was told to stop.
    pub grace: Duration,
}

/// Why an edge unit does not stand.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// It is nobody.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Its directory.
    #[error("{what}")]
    Directory {
        /// What of it.
        what: String,
        /// What was wrong.
        #[source]
        source: std::io::Error,
    },
    /// The certificate of its listener.
    #[error("certificate or key")]
    Tls(#[from] TlsError),
    /// Another unit has the directory.
    #[error("another unit works in {0}; give each a --data of its own, and one --cache-dir to all")]
    Taken(PathBuf),
}

/// An edge unit that has joined.
pub struct Unit {
    shared: Arc<Shared>,
    listener: Option<tokio::net::TcpListener>,
    tls: Option<Arc<Acceptor>>,
    _lock: std::fs::File,
}

/// What the unit's tasks share.
struct Shared {
    settings: UnitSettings,
    kept: Mutex<Kept>,
    client: RwLock<Client>,
    spool: Spool,
    shelf: Mutex<Shelf>,
    advisories: Mutex<Advisories>,
    own: Mutex<Own>,
    /// When the centre last answered.
    heard: Mutex<Option<Timestamp>>,
    /// When it last said that the bundle that is held is the newest.
    confirmed: Mutex<Option<Timestamp>>,
    trouble: Mutex<Option<String>>,
    stopping: AtomicBool,
    started: Timestamp,
    counts: Counts,
    /// Every body that leaves passes here.
    outward: Arc<Outward>,
}

/// What was done since the unit was started.
#[derive(Default)]
struct Counts {
    running: AtomicU64,
    images: AtomicU64,
    failed: AtomicU64,
    fenced: AtomicU64,
    layer_bytes: Arc<AtomicU64>,
}

impl Unit {
    /// Joins the centre, or takes up what a unit before has left in the directory.
    ///
    /// # Errors
    /// When the centre does not take it in, or its directory cannot be used. A unit that
    /// has joined before starts without the centre.
    pub async fn open(settings: UnitSettings) -> Result<Self, UnitError> {
        let directory = |what: &str, source| UnitError::Directory {
            what: format!("{what} of {}", settings.directory.display()),
            source,
        };
        std::fs::create_dir_all(&settings.directory)
            .map_err(|e| directory("make the directory", e))?;
        let lock = std::fs::File::create(settings.directory.join("lock"))
            .map_err(|e| directory("lock", e))?;
        if lock.try_lock().is_err() {
            return Err(UnitError::Taken(settings.directory));
        }
        let tls = settings.tls.as_ref().map(Acceptor::open).transpose()?;
        let spool = Spool::open(&settings.directory.join("spool"), settings.spool_limit)
            .map_err(|e| directory("open the spool", e))?;
        let token = settings.token.as_deref();
        let now = Timestamp::now();
        let outward = Arc::new(Outward::default());
        let kept = Kept::open(
            &settings.directory,
            &Centre::new(&settings.central, &outward),
            &settings.region,
            token,
            now,
        )
        .await?;
        let shelf = Shelf::open(kept.bundle_key()?, Some(settings.directory.join("bundles")));
        let advisories = Advisories::open(settings.directory.join("advisories"));
        let listener = match settings.listen {
            None => None,
            Some(address) => Some(
                tokio::net::TcpListener::bind(address)
                    .await
                    .map_err(|e| directory(&format!("listen on {address}"), e))?,
            ),
        };
        let client = kept.client(&Centre::new(&settings.central, &outward))?;
        let shared = Shared {
            kept: Mutex::new(kept),
            client: RwLock::new(client),
            spool,
            shelf: Mutex::new(shelf),
            advisories: Mutex::new(advisories),
            own: Mutex::default(),
            counts: Counts::default(),
            heard: Mutex::default(),
            confirmed: Mutex::default(),
            trouble: Mutex::default(),
            stopping: AtomicBool::new(false),
            started: now,
            outward,
            settings,
        };
        Ok(Self {
            shared: Arc::new(shared),
            listener,
            tls,
            _lock: lock,
        })
    }

    /// Where gates, probes and metrics are answered.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener
            .as_ref()
            .and_then(|listener| listener.local_addr().ok())
    }

    /// The id that the centre knows the unit by.
    pub fn id(&self) -> String {
        lock(&self.shared.kept).edge.clone()
    }

    /// Works until `stop` is done or the machine is about to be taken away; then gives
    /// back what is not finished in time.
    pub async fn run(self, stop: impl Future<Output = ()>, interruption: impl Interruption) {
        let shared = self.shared;
        let mut side = tokio::task::JoinSet::new();
        side.spawn(send::run(Arc::clone(&shared)));
        side.spawn(follow(Arc::clone(&shared)));
        side.spawn(follow_advisories(Arc::clone(&shared)));
        side.spawn(renew(Arc::clone(&shared)));
        if let Some(listener) = self.listener {
            let app = pages::app(Arc::clone(&shared));
            side.spawn(listen::serve(listener, self.tls, app));
        }
        let grace = shared.settings.grace;
        let ends = async {
            tokio::select! {
                () = stop => grace,
                left = interruption.wait() => {
                    tracing::warn!(seconds = left.as_secs(), "the machine is about to be taken away");
                    // Time to tell the centre is kept back.
                    left.saturating_sub(Duration::from_secs(5)).min(grace)
                }
            }
        };
        work::run(&shared, ends).await;
        // What was found in the last moments goes out while there is time.
        let _ = tokio::time::timeout(Duration::from_secs(5), send::drain(&shared)).await;
        side.shutdown().await;
    }
}

impl Shared {
    fn client(&self) -> Client {
        self.client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Generation of the bundle that is held, and for how many seconds nobody has said that it
    /// is the newest; since it was made, where nobody has since the unit was started.
    fn bundle(&self, now: Timestamp) -> (i64, Option<i64>) {
        let (generation, made_at) = {
            let shelf = lock(&self.shelf);
            (shelf.generation(), shelf.made_at())
        };
        let since = lock(&self.confirmed).or(made_at);
        let age = since.map(|since| now.duration_since(since).as_secs().max(0));
        (generation, age)
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Notes whether the centre answers; told once when it changes.
    fn heard<T>(&self, answer: &Result<T, ClientError>) {
        let mut trouble = lock(&self.trouble);
        match answer {
            Err(error) if error.may_pass() => {
                if trouble.is_none() {
                    let why = whole(error);
                    tracing::warn!(
                        why,
                        "the centre does not answer; going on with what is here"
                    );
                    *trouble = Some(why);
                }
            }
            // It answers, and does not let the unit in: shut out, or never known.
            Err(error @ ClientError::Refused { problem, .. }) if problem.status == 401 => {
                let why = error.to_string();
                if trouble.is_none() {
                    tracing::error!(
                        why,
                        "the centre does not let this unit in; it needs a new token"
                    );
                    *trouble = Some(why);
                }
                *lock(&self.heard) = Some(Timestamp::now());
            }
            _ => {
                if trouble.take().is_some() {
                    tracing::info!("the centre answers again");
                }
                *lock(&self.heard) = Some(Timestamp::now());
            }
        }
    }

    fn counters(&self) -> Counters {
        let number = |n: &AtomicU64| i64::try_from(n.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        let waiting = self.spool.waiting();
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Counters {
            bundle_generation: lock(&self.shelf).generation(),
            advisories: lock(&self.advisories).digest(),
            images: number(&self.counts.images),
            layer_bytes_read: number(&self.counts.layer_bytes),
            layer_bytes_sent: signed(self.outward.layers_sent()),
            bytes_sent: Sent::ALL
                .map(|kind| (kind.name().to_owned(), signed(self.outward.sent(kind))))
                .into(),
            started_at: Some(self.started),
            spooled: signed(waiting.results),
            dropped: signed(waiting.dropped),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Follows the bundles of the centre.
async fn follow(shared: Arc<Shared>) {
    let mut every = tokio::time::interval(shared.settings.bundles_every);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let client = shared.client();
        // Several changes one after the other, until the newest is held.
        for _ in 0..64 {
            let (held, digest) = {
                let shelf = lock(&shared.shelf);
                (shelf.generation(), shelf.digest())
            };
            let newer = Follow::newer(&client, held, &digest).await;
            shared.heard(&newer);
            let Ok(newer) = newer else { break };
            let Some(signed) = newer.signed else {
                *lock(&shared.confirmed) = Some(Timestamp::now());
                break;
            };
            let laid = lay(&shared, signed).await;
            match laid {
                Ok(()) => {
                    let generation = lock(&shared.shelf).generation();
                    tracing::info!(generation, "bundle taken");
                }
                Err(why) => {
                    tracing::warn!(%why, "bundle not taken");
                    // Changes to something else than what is held: everything, then.
                    if let Ok(newer) = Follow::newer(&client, 0, "").await
                        && let Some(whole) = newer.signed
                        && let Err(why) = lay(&shared, whole).await
                    {
                        tracing::warn!(%why, "whole bundle not taken");
                    }
                    break;
                }
            }
        }
    }
}

/// Lays a bundle on what is held, on a thread that may be busy for as long as that lasts.
async fn lay(shared: &Arc<Shared>, signed: Signed) -> Result<(), SourceError> {
    let shared = Arc::clone(shared);
    let laid = tokio::task::spawn_blocking(move || lock(&shared.shelf).take(&signed));
    laid.await
        .unwrap_or_else(|e| Err(SourceError::Bundle(e.to_string())))
}

/// Follows the advisories of the centre, for when it does not answer.
async fn follow_advisories(shared: Arc<Shared>) {
    let mut every = tokio::time::interval(ADVISORIES_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(why) = alone::refresh(&shared).await {
            tracing::debug!(%why, "no newer advisories");
        }
    }
}

/// Gets a new certificate before the old one ends.
async fn renew(shared: Arc<Shared>) {
    let mut every = tokio::time::interval(Duration::from_secs(60));
    loop {
        every.tick().await;
        let now = Timestamp::now();
        let kept = lock(&shared.kept).clone();
        if !kept.is_due(now) {
            continue;
        }
        let settings = &shared.settings;
        match kept
            .renewed(&shared.client(), &settings.directory, now)
            .await
        {
            Ok(renewed) => match renewed.client(&Centre::new(&settings.central, &shared.outward)) {
                Ok(client) => {
                    tracing::info!(until = %renewed.expires_at, "certificate renewed");
                    *shared
                        .client
                        .write()
                        .unwrap_or_else(PoisonError::into_inner) = client;
                    *lock(&shared.kept) = renewed;
                }
                Err(why) => tracing::warn!(%why, "the new certificate makes no client"),
            },
            Err(why) => {
                tracing::warn!(%why, until = %kept.expires_at, "certificate not renewed yet");
            }
        }
    }
}

/// An error with what caused it: "ask URL" alone does not say whether nobody listens or the
/// certificate is another.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
