use std::path::Path;
use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{
    By, Image, ImageName, NewRegistry, Registry, RegistryKind, Store, StoreOptions,
};
use lazaret_testkit::postgres::Postgres;

/// A store for a test, and what must live as long as it.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) database: String,
    pub(crate) directory: tempfile::TempDir,
}

impl Fixture {
    /// Another store on the same database: another process, as far as it knows.
    pub(crate) async fn second(&self) -> Store {
        open(&self.database, self.directory.path()).await
    }
}

pub(crate) fn options(database: &str, directory: &Path) -> StoreOptions {
    StoreOptions::new(
        database,
        directory.join("blobs").display().to_string(),
        at(0),
    )
}

pub(crate) async fn open(database: &str, directory: &Path) -> Store {
    Store::open(&options(database, directory))
        .await
        .expect("the store opens")
}

pub(crate) fn sqlite_url(directory: &tempfile::TempDir) -> String {
    format!("sqlite:{}", directory.path().join("lazaret.db").display())
}

pub(crate) async fn sqlite() -> Option<Fixture> {
    let directory = tempfile::tempdir().expect("a directory");
    let database = sqlite_url(&directory);
    Some(Fixture {
        store: open(&database, directory.path()).await,
        database,
        directory,
    })
}

pub(crate) async fn postgres() -> Option<Fixture> {
    static CLUSTER: OnceLock<Option<Postgres>> = OnceLock::new();
    let database = CLUSTER.get_or_init(Postgres::start).as_ref()?.database()?;
    let directory = tempfile::tempdir().expect("a directory");
    Some(Fixture {
        store: open(&database, directory.path()).await,
        database,
        directory,
    })
}

/// `both!(name, |fixture| { … })`: the same test on both engines.
macro_rules! both {
    ($name:ident, |$fixture:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn check($fixture: $crate::support::Fixture) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                if let Some(fixture) = $crate::support::sqlite().await {
                    check(fixture).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(fixture) = $crate::support::postgres().await {
                    check(fixture).await;
                }
            }
        }
    };
}
pub(crate) use both;

/// That many seconds after the tests' epoch.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time") + SignedDuration::from_secs(seconds)
}

pub(crate) fn by(actor: &str) -> By {
    By::new(actor, at(0)).because("a test")
}

pub(crate) fn digest(number: usize) -> String {
    format!("sha256:{number:064x}")
}

pub(crate) fn image(number: usize, seen: i64) -> Image {
    Image {
        digest: digest(number),
        platform: "linux/amd64".to_owned(),
        size: 1000,
        layers: vec![digest(900_000), digest(number + 1_000_000)],
        base: None,
        first_seen: at(seen),
        last_seen: at(seen),
    }
}

pub(crate) fn name(
    registry: &Registry,
    repository: &str,
    tag: &str,
    number: usize,
    pushed: i64,
) -> ImageName {
    ImageName {
        registry_id: registry.id.clone(),
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        digest: digest(number),
        pushed_at: at(pushed),
        replaced_at: None,
    }
}

pub(crate) fn new_registry(name: &str) -> NewRegistry {
    NewRegistry {
        name: name.to_owned(),
        kind: RegistryKind::Distribution,
        url: "https://registry.example".to_owned(),
        credential: Some(vec![0, 1, 255]),
        schedule: None,
        region: "eu".to_owned(),
        environment: "production".to_owned(),
        paused: false,
    }
}

/// What somebody does to the database behind the store's back.
pub(crate) async fn tamper(database: &str, sql: &'static str) {
    use sqlx::Connection as _;
    if database.starts_with("sqlite:") {
        let mut conn = sqlx::SqliteConnection::connect(database)
            .await
            .expect("connected");
        sqlx::raw_sql(sql).execute(&mut conn).await.expect(sql);
        conn.close().await.expect("closed");
    } else {
        let mut conn = sqlx::PgConnection::connect(database)
            .await
            .expect("connected");
        sqlx::raw_sql(sql).execute(&mut conn).await.expect(sql);
        conn.close().await.expect("closed");
    }
}
