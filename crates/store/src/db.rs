use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Postgres, Sqlite, SqliteConnection};

use crate::error::{Error, Result};
use crate::value::{self, Row, Value};

/// Which SQL is spoken. Both engines read `$1`, `ON CONFLICT`, `RETURNING` and `WITH`;
/// what differs is here and in the few statements that ask [`Db::dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A table for PostgreSQL's `FROM` with whose condition ([`AND_SOON`]) the commit of a single
/// statement does not wait for the disk: for what may be forgotten when the power fails.
pub(crate) const SOON: &str =
    "(SELECT set_config('synchronous_commit', 'off', TRUE) AS told) AS soon";

/// The condition of [`SOON`].
pub(crate) const AND_SOON: &str = " AND soon.told = 'off'";

impl Dialect {
    /// `column` is one of the list bound to `$place`.
    pub(crate) fn any(self, column: &str, place: usize) -> String {
        match self {
            Dialect::Sqlite => format!("{column} IN (SELECT value FROM json_each(${place}))"),
            Dialect::Postgres => format!("{column} = ANY(${place})"),
        }
    }

    /// The list bound to `$place` as a table `k` with the column `value`.
    pub(crate) fn list(self, place: usize) -> String {
        match self {
            Dialect::Sqlite => format!("json_each(${place}) AS k"),
            Dialect::Postgres => format!("unnest(${place}) AS k(value)"),
        }
    }

    /// The lists bound to `$place` (texts) and the one after it (numbers) as a table `x` with
    /// the columns `id` and `number`.
    pub(crate) fn pairs(self, place: usize) -> String {
        let next = place + 1;
        match self {
            Dialect::Sqlite => format!(
                "(SELECT value AS id, json_extract(${next}, '$[' || key || ']') AS number \
                 FROM json_each(${place})) AS x"
            ),
            Dialect::Postgres => format!("unnest(${place}, ${next}) AS x(id, number)"),
        }
    }

    /// The place of one text in another, from 1; 0: not in it.
    pub(crate) fn find(self) -> &'static str {
        match self {
            Dialect::Sqlite => "instr",
            Dialect::Postgres => "strpos",
        }
    }

    /// What makes a `SELECT` inside a transaction hold its rows. SQLite's writer is alone.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE",
        }
    }

    /// As [`Dialect::for_update`], rows held by others left out.
    pub(crate) fn skip_locked(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}

/// The pools of one database.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// One connection writes, several read: SQLite has one writer whatever we do, and a queue
    /// inside the process is fairer than its busy handler.
    Sqlite {
        writer: sqlx::SqlitePool,
        readers: sqlx::SqlitePool,
    },
    Postgres(sqlx::PgPool),
}

impl Db {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Db::Sqlite { .. } => Dialect::Sqlite,
            Db::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection to read with.
    pub(crate) async fn read(&self) -> Result<Conn> {
        Ok(match self {
            Db::Sqlite { readers, .. } => Conn::Sqlite(readers.acquire().await?),
            Db::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction to write in: SQLite's only one, or one of PostgreSQL's at READ COMMITTED.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Db::Sqlite { writer, .. } => Tx::Sqlite(begin_sqlite(writer).await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// One statement that writes, wholly or not at all. PostgreSQL needs neither a `BEGIN` nor a
    /// `COMMIT` for that, which are round trips of their own.
    pub(crate) async fn once(&self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        match self {
            Db::Sqlite { .. } => {
                let mut tx = self.begin().await?;
                let rows = tx.rows(sql, args).await?;
                tx.commit().await?;
                Ok(rows)
            }
            Db::Postgres(pool) => {
                let mut conn = pool.acquire().await?;
                postgres_rows(&mut conn, sql, args).await
            }
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

async fn begin_sqlite(writer: &sqlx::SqlitePool) -> Result<sqlx::Transaction<'static, Sqlite>> {
    const BEGIN: &str = "BEGIN IMMEDIATE";
    // SQLite ends a transaction by itself when the disk is full, which the driver does not
    // notice: the connection would be lost for every later write. Others may spoil the next
    // one in the same way before it is ours.
    for _ in 0..4 {
        match writer.begin_with(BEGIN).await {
            Err(sqlx::Error::InvalidSavePointStatement | sqlx::Error::BeginFailed) => {
                let _ = writer.acquire().await?.close().await;
            }
            begun => return Ok(begun?),
        }
    }
    Ok(writer.begin_with(BEGIN).await?)
}

pub(crate) enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Rolled back when dropped.
pub(crate) enum Tx {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Tx::Sqlite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Waits for whoever works under one of these names of a class, in every process; held to
    /// the commit. A transaction locks a class once, and classes in one order. SQLite's writer
    /// is alone anyway.
    pub(crate) async fn lock(&mut self, class: &str, names: &[String]) -> Result<()> {
        if names.is_empty() || self.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        // In one order everywhere, so that two transactions never wait for each other; few, as
        // the server's table of locks is small.
        let sql = format!(
            "SELECT pg_advisory_xact_lock(s.stripe)::text FROM (SELECT DISTINCT {} AS stripe \
             FROM unnest($1) AS k(value) ORDER BY 1) AS s",
            stripe("$2", "k.value")
        );
        self.rows(&sql, vec![names.to_vec().into(), class.into()])
            .await?;
        Ok(())
    }

    /// As [`Tx::lock`] for one name, but does not wait: whether it is held now.
    pub(crate) async fn try_lock(&mut self, class: &str, name: &str) -> Result<bool> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(true);
        }
        let sql = format!("SELECT pg_try_advisory_xact_lock({})", stripe("$1", "$2"));
        self.one(&sql, vec![class.into(), name.into()])
            .await?
            .bool(0)
    }

    /// Several statements, none with arguments.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => {
                tx.execute(sqlx::raw_sql(sql)).await?;
            }
            Tx::Postgres(tx) => {
                tx.execute(sqlx::raw_sql(sql)).await?;
            }
        }
        Ok(())
    }
}

macro_rules! statements {
    ($($type:ident),*) => {$(
        impl $type {
            /// The rows that a statement gives.
            pub(crate) async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
                match self {
                    $type::Sqlite(conn) => sqlite_rows(&mut *conn, sql, args).await,
                    $type::Postgres(conn) => postgres_rows(&mut *conn, sql, args).await,
                }
            }

            /// The first row that a statement gives.
            pub(crate) async fn row(&mut self, sql: &str, args: Vec<Value>) -> Result<Option<Row>> {
                Ok(self.rows(sql, args).await?.into_iter().next())
            }

            /// The one row that a statement always gives.
            pub(crate) async fn one(&mut self, sql: &str, args: Vec<Value>) -> Result<Row> {
                self.row(sql, args)
                    .await?
                    .ok_or_else(|| Error::corrupt("the database", format!("no row from `{sql}`")))
            }
        }
    )*};
}

statements!(Conn, Tx);

impl Conn {
    /// As [`Conn::rows`], planned for these very values each time. PostgreSQL otherwise settles on
    /// one plan for every value, and takes a list of thousands for one of ten.
    pub(crate) async fn planned(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
        let Conn::Postgres(conn) = self else {
            return self.rows(sql, args).await;
        };
        let sql = sqlx::query_with(AssertSqlSafe(sql), value::postgres(args)?).persistent(false);
        let rows = conn.fetch_all(sql).await?;
        Ok(rows.into_iter().map(Row::Postgres).collect())
    }
}

impl Tx {
    /// How many rows a statement changed.
    pub(crate) async fn exec(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Tx::Sqlite(tx) => (&mut **tx)
                .execute(sqlx::query_with(sql, value::sqlite(args)?))
                .await?
                .rows_affected(),
            Tx::Postgres(tx) => (&mut **tx)
                .execute(sqlx::query_with(sql, value::postgres(args)?))
                .await?
                .rows_affected(),
        })
    }
}

impl Tx {
    /// Many rows of one table; `into` names it and its columns.
    pub(crate) async fn insert_many(
        &mut self,
        into: &str,
        rows: Vec<Vec<Value>>,
        conflict: &str,
    ) -> Result<()> {
        let mut rows = rows.into_iter();
        // Few sizes, so that few statements are prepared.
        for size in [128, 16, 1] {
            while rows.len() >= size {
                let part: Vec<Vec<Value>> = rows.by_ref().take(size).collect();
                let mut sql = format!("INSERT INTO {into} VALUES ");
                let mut place = 0;
                for (index, row) in part.iter().enumerate() {
                    sql += if index == 0 { "(" } else { ", (" };
                    for column in 0..row.len() {
                        place += 1;
                        sql += if column == 0 { "$" } else { ", $" };
                        sql += &place.to_string();
                    }
                    sql += ")";
                }
                sql += " ";
                sql += conflict;
                self.exec(&sql, part.into_iter().flatten().collect())
                    .await?;
            }
        }
        Ok(())
    }
}

/// One of 2048 locks of a class. Batches of a hundred names of two callers seldom meet then, and
/// two classes at their most are still fewer than the 6,400 locks of a server that nobody tuned.
fn stripe(class: &str, name: &str) -> String {
    format!("((hashtext({class})::bigint << 11) | (hashtext({name}) & 2047)::bigint)")
}

// Every text here is written in this crate; what comes from outside is bound, never spliced.
async fn sqlite_rows(conn: &mut SqliteConnection, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
    let rows = conn
        .fetch_all(sqlx::query_with(AssertSqlSafe(sql), value::sqlite(args)?))
        .await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

async fn postgres_rows(conn: &mut PgConnection, sql: &str, args: Vec<Value>) -> Result<Vec<Row>> {
    let rows = conn
        .fetch_all(sqlx::query_with(AssertSqlSafe(sql), value::postgres(args)?))
        .await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}
