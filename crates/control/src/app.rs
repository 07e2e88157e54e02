//! What every handler and every task shares.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_store::Store;
use tokio::sync::{Notify, Semaphore, watch};

use crate::advisories::Advisories;
use crate::auth::oidc::Provider;
use crate::auth::{Passwords, Throttle};
use crate::console::Memory;
use crate::edges::{Asked, Authority, Given, Received};
use crate::http::{ApiError, ApiResult};
use crate::judge::Judge;
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::notify::Receiver;
use crate::shelf::Shelf;
use crate::work::Remembered;

/// How a centre is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people and programs are answered: `127.0.0.1:8080`.
    pub listen: String,
    /// The folder of keys, of the embedded database and of blobs.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; absent: SQLite in [`Settings::data`].
    pub database: Option<String>,
    /// Where blobs are: a directory, or `s3://BUCKET/PREFIX`; absent: in [`Settings::data`].
    pub blobs: Option<String>,
    /// The advisory database; absent: the starter inside the program.
    pub advisories: Option<PathBuf>,
    /// Documents of the policy and exceptions; none: the policy inside the program.
    pub policy: Vec<PathBuf>,
    /// Who is told of what happens (`docs/centre.md`); nobody without it.
    pub notify: Option<PathBuf>,
    /// The identity provider that people may log in with (`docs/centre.md`); local users alone
    /// without it.
    pub oidc: Option<PathBuf>,
    /// Images of the centre's own region looked at at a time; 0 for none.
    pub workers: usize,
    /// Whether `/metrics` tells of every workload that runs, under the names of Trivy Operator.
    pub workload_metrics: bool,
    /// Whether registries may have link-local addresses, where clouds keep the credentials of
    /// machines.
    pub link_local: bool,
    /// Hours since it was last stored or replaced that a blob is kept which nothing refers to; 0:
    /// none is removed without being asked for.
    pub keep_blobs: u32,
    /// Where edges are answered, with TLS: `0.0.0.0:8443`; absent: nowhere.
    pub edge_listen: Option<String>,
    /// Names and addresses that edges dial; in the certificate of the listener.
    pub edge_names: Vec<String>,
    /// The address under which people reach the centre, `https://…` where a proxy speaks
    /// TLS before it: links lead there, and cookies are kept to TLS.
    pub public_url: Option<String>,
}

/// A centre, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Centre>);

/// A centre.
pub struct Centre {
    /// The database.
    pub store: Store,
    /// The secrets.
    pub keys: Keys,
    /// How it is run.
    pub settings: Settings,
    /// What is counted.
    pub metrics: Metrics,
    /// The advisory database.
    pub advisories: Advisories,
    /// The policy that counts.
    pub(crate) shelf: Shelf,
    /// Images matched at a time.
    pub(crate) judging: Semaphore,
    pub(crate) receivers: Vec<Receiver>,
    /// What gates ask for that nobody has examined.
    pub(crate) asked: Asked,
    /// Bundles that were given out.
    pub(crate) given: tokio::sync::Mutex<Given>,
    /// What edges have sent.
    pub(crate) received: Received,
    /// What `/metrics` need not read twice.
    pub(crate) beside: Remembered,
    /// What pages of the console need not ask twice.
    pub(crate) console: Memory,
    pub(crate) authority: Option<Authority>,
    pub(crate) passwords: Passwords,
    /// Who vouches for people, besides the centre itself.
    pub(crate) provider: Option<Provider>,
    pub(crate) throttle: Throttle,
    /// Told when there is work.
    pub(crate) wake: Notify,
    pub(crate) stop: watch::Receiver<bool>,
}

impl App {
    pub(crate) fn new(centre: Centre) -> Self {
        Self(Arc::new(centre))
    }
}

impl Deref for App {
    type Target = Centre;

    fn deref(&self) -> &Centre {
        &self.0
    }
}

impl Centre {
    /// The time. Everything deterministic is told it.
    pub fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Whether cookies are to be sent over TLS alone.
    pub(crate) fn is_secure(&self) -> bool {
        let url = self.settings.public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }

    /// The authority that certifies edges.
    pub(crate) fn authority(&self) -> ApiResult<&Authority> {
        let authority = self.authority.as_ref();
        authority.ok_or_else(|| ApiError::conflict("edges are not served: `--edge-listen`"))
    }

    /// The address of a page of the console, for people.
    pub(crate) fn link(&self, path: &str) -> String {
        let base = self.settings.public_url.as_deref();
        let base = base.map(|url| url.trim_end_matches('/').to_owned());
        let base = base.unwrap_or_else(|| format!("http://{}", self.settings.listen));
        format!("{base}{path}")
    }

    /// The policy of a time, with its exceptions.
    pub(crate) async fn judge(&self, now: Timestamp) -> ApiResult<Arc<Judge>> {
        self.shelf.judge(&self.store, now).await
    }

    /// The generation of what gates decide by: it grows with every hold that changes and with
    /// every policy, and is the same on every centre of one database.
    pub(crate) async fn generation(&self) -> ApiResult<i64> {
        let holds = self.store.hold_seq().await?;
        let policy = self.store.policy().await?;
        let rest = self.store.bundle_seq().await?;
        Ok(1 + holds + rest + policy.map_or(0, |policy| policy.generation))
    }

    /// Whether the centre is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }
}
