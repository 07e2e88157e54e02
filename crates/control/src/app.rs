//! What every handler and every task shares.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use lazaret_store::Store;
use tokio::sync::{Notify, watch};

use crate::auth::{Passwords, Throttle};
use crate::keys::Keys;
use crate::metrics::Metrics;

/// How a centre is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people and programs are answered: `127.0.0.1:8080`.
    pub listen: String,
    /// The folder of keys, of the embedded database and of blobs.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; absent: SQLite in [`Settings::data`].
    pub database: Option<String>,
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
    pub(crate) passwords: Passwords,
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

    /// Whether the centre is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }
}
