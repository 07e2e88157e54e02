//! Forward-only migrations, one transaction each, safe to start from several processes.

use jiff::Timestamp;

use crate::db::{Db, Dialect, Tx};
use crate::error::{Error, Result};
use crate::value::args;

struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

/// In order; the number of a schema is the place in this list, from 1. A line that was
/// released is never changed: what it got wrong, a later one mends.
const ALL: &[Migration] = migrations![
    "0001_records",
    "0002_jobs",
    "0003_decisions",
    "0004_content",
    "0005_pulls",
    "0006_matches",
    "0007_lists",
    "0008_audit",
    "0009_filters",
    "0010_parts",
    "0011_blobs",
    "0012_progress",
    "0013_queue",
    "0014_since",
];

/// Any number that no other program is likely to lock with.
const ADVISORY_LOCK: i64 = 0x1a2a_2e70_0001;

/// The newest schema this program knows.
#[must_use]
pub fn schema() -> i64 {
    i64::try_from(ALL.len()).unwrap_or(i64::MAX)
}

/// Brings a database to [`schema`], or refuses one that is newer.
pub(crate) async fn run(db: &Db, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    if tx.dialect() == Dialect::Postgres {
        // Held to the commit: two centres that start at once go one after the other.
        tx.rows(
            "SELECT pg_advisory_xact_lock($1)::text",
            args![ADVISORY_LOCK],
        )
        .await?;
    }
    tx.exec(
        "CREATE TABLE IF NOT EXISTS lazaret_schema \
         (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
        vec![],
    )
    .await?;
    let found = current(&mut tx).await?;
    if found > schema() {
        return Err(Error::NewerSchema {
            found,
            known: schema(),
        });
    }
    let skip = usize::try_from(found).unwrap_or_default();
    for (number, migration) in (1_i64..).zip(ALL).skip(skip) {
        tx.script(match tx.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        })
        .await
        .map_err(|error| Error::Database(format!("migration {}: {error}", migration.name)))?;
        tx.exec(
            "INSERT INTO lazaret_schema (number, name, applied_at) VALUES ($1, $2, $3)",
            args![number, migration.name, now],
        )
        .await?;
    }
    tx.commit().await
}

async fn current(tx: &mut Tx) -> Result<i64> {
    let row = tx
        .one(
            "SELECT COALESCE(MAX(number), 0) FROM lazaret_schema",
            vec![],
        )
        .await?;
    row.int(0)
}
