use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

use crate::blob::Blobs;
use crate::db::{Conn, Db, Dialect, Tx};
use crate::error::{Error, Result};
use crate::migrate;
use crate::wake::Wake;

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `sqlite:PATH` (made if absent) or `postgres://…`.
    pub database: String,
    /// Where blobs are: a directory (made if absent), or
    /// `s3://BUCKET/PREFIX?endpoint=URL&region=NAME` with the usual variables of the
    /// environment for its keys.
    pub blobs: String,
    /// Connections at most; of SQLite, those that read. 1 to 200.
    pub connections: u32,
    /// How long a call waits for a connection or for SQLite's writer before it is
    /// [`Error::Busy`].
    pub wait: Duration,
    /// The time that migrations are recorded with.
    pub now: Timestamp,
}

impl StoreOptions {
    /// The defaults: 8 connections, 15 seconds.
    #[must_use]
    pub fn new(
        database: impl Into<String>,
        blobs: impl Into<String>,
        now: Timestamp,
    ) -> StoreOptions {
        StoreOptions {
            database: database.into(),
            blobs: blobs.into(),
            connections: 8,
            wait: Duration::from_secs(15),
            now,
        }
    }
}

/// Which engine holds the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

/// Who changes something, when and why; written to the audit log with the change.
#[derive(Clone, Debug)]
pub struct By {
    /// A user's name, `token:NAME`, `policy:NAME` or `system`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the actor's words; may be empty where the action says it all.
    pub reason: String,
}

impl By {
    /// An actor without a reason.
    #[must_use]
    pub fn new(actor: impl Into<String>, at: Timestamp) -> By {
        By {
            actor: actor.into(),
            at,
            reason: String::new(),
        }
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> By {
        self.reason = reason.into();
        self
    }
}

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) blobs: Blobs,
    pub(crate) wake: Wake,
    /// When leases that ended were looked for last, in microseconds.
    pub(crate) reclaimed: Arc<AtomicI64>,
    /// How many images lists gather and sort before they walk; `None`: what each thinks best.
    pub(crate) few: Option<i64>,
}

impl Store {
    /// Opens a database and brings its schema up to this program's.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is none, [`Error::NewerSchema`] for a database
    /// of a newer program, [`Error::Busy`] where it cannot be reached.
    pub async fn open(options: &StoreOptions) -> Result<Store> {
        if !(1..=200).contains(&options.connections) {
            return Err(Error::Invalid(format!(
                "1 to 200 connections, not {}",
                options.connections
            )));
        }
        let db = if options.database.starts_with("sqlite:") {
            sqlite(options).await?
        } else if options.database.starts_with("postgres://")
            || options.database.starts_with("postgresql://")
        {
            postgres(options).await?
        } else {
            return Err(Error::Invalid(
                "a database is `sqlite:PATH` or `postgres://…`".to_owned(),
            ));
        };
        migrate::run(&db, options.now).await?;
        let blobs = Blobs::open(&options.blobs)?;
        let wake = Wake::new(&db);
        Ok(Store {
            db,
            blobs,
            wake,
            reclaimed: Arc::new(AtomicI64::new(i64::MIN)),
            few: None,
        })
    }

    /// The same, whose lists gather so many images at most before they walk along an index
    /// instead. Answers are the same; tests have no hundred thousand images to see both.
    #[doc(hidden)]
    #[must_use]
    pub fn gathering(mut self, most: i64) -> Store {
        self.few = Some(most);
        self
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.db.dialect() {
            Dialect::Sqlite => Engine::Sqlite,
            Dialect::Postgres => Engine::Postgres,
        }
    }

    /// Whether the database answers, for a readiness probe.
    ///
    /// # Errors
    /// [`Error::Busy`] where it does not.
    pub async fn ping(&self) -> Result<()> {
        self.read().await?.one("SELECT 1", vec![]).await?;
        Ok(())
    }

    /// Waits for running calls and closes every connection; later calls are
    /// [`Error::Busy`].
    pub async fn close(&self) {
        self.db.close().await;
    }

    pub(crate) async fn read(&self) -> Result<Conn> {
        self.db.read().await
    }

    pub(crate) async fn begin(&self) -> Result<Tx> {
        self.db.begin().await
    }
}

async fn sqlite(options: &StoreOptions) -> Result<Db> {
    let invalid = |error: sqlx::Error| Error::Invalid(error.to_string());
    let connect = SqliteConnectOptions::from_str(&options.database)
        .map_err(invalid)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Survives the death of the process and of the machine's power alike.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(options.wait)
        .statement_cache_capacity(300)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "memory");
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.wait)
        .connect_with(connect.clone())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.connections)
        .acquire_timeout(options.wait)
        .connect_lazy_with(connect.create_if_missing(false));
    Ok(Db::Sqlite { writer, readers })
}

async fn postgres(options: &StoreOptions) -> Result<Db> {
    let connect = PgConnectOptions::from_str(&options.database)
        .map_err(|error| Error::Invalid(error.to_string()))?
        .application_name("lazaret")
        .statement_cache_capacity(300)
        // A worker that is gone must not hold rows for ever.
        .options([
            ("idle_in_transaction_session_timeout", "60000"),
            ("lock_timeout", "30000"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(options.connections)
        .acquire_timeout(options.wait)
        .connect_with(connect)
        .await?;
    Ok(Db::Postgres(pool))
}

/// A new id: UUID version 7 of that time, so that ids sort by age.
#[must_use]
pub fn new_id(now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos)).to_string()
}

/// `sha256:` and the hex of it: how secrets and blobs are named.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
