//! Copies what a SQLite file holds into an empty PostgreSQL: `copy FILE ADDRESS`. For measuring
//! both engines with the same rows; blobs are not in it.
//!
//! Both are brought to this program's schema first. Statistics are gathered afterwards, as the
//! server does by itself within minutes.

#![allow(clippy::print_stdout)] // It tells how far it is.

use std::time::Instant;

use jiff::Timestamp;
use lazaret_store::{Store, StoreOptions};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use sqlx::{PgConnection, SqliteConnection};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Rows that are sent at a time.
const AT_ONCE: u32 = 5000;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let usage = "copy FILE ADDRESS";
    let file = arguments.next().ok_or(usage)?;
    let address = arguments.next().ok_or(usage)?;
    for database in [format!("sqlite:{file}"), address.clone()] {
        let blobs = tempfile::tempdir()?;
        let blobs = blobs.path().display().to_string();
        let store = Store::open(&StoreOptions::new(database, blobs, Timestamp::now())).await?;
        store.close().await;
    }
    let mut from = SqliteConnectOptions::new()
        .filename(&file)
        .read_only(true)
        .connect()
        .await?;
    let mut to = PgConnection::connect(&address).await?;
    // Tables come in the order of their names: what refers to others is right in the end.
    to.execute("SET session_replication_role = replica").await?;
    let begun = Instant::now();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' \
                  AND name NOT LIKE 'sqlite%' AND name <> 'lazaret_schema' ORDER BY name";
    for table in from.fetch_all(tables).await? {
        let table: String = table.try_get(0)?;
        let rows = copied(&mut from, &mut to, &table).await?;
        println!(
            "{table}: {rows} rows, {:.1} s",
            begun.elapsed().as_secs_f64()
        );
    }
    to.execute("VACUUM ANALYZE").await?;
    println!("analyzed, {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// A table, and how its columns are read as texts.
struct Table {
    name: String,
    columns: Vec<String>,
    texts: Vec<String>,
    /// The column that PostgreSQL numbers by itself.
    numbered: Option<String>,
    /// What rows are ordered by.
    key: Vec<String>,
}

/// One table; how many rows it has.
async fn copied(
    from: &mut SqliteConnection,
    to: &mut PgConnection,
    name: &str,
) -> Result<u64, Failure> {
    let table = table(from, to, name).await?;
    to.execute(AssertSqlSafe(format!("TRUNCATE {name}")))
        .await?;
    let copy = format!("COPY {name} ({}) FROM STDIN", table.columns.join(", "));
    let mut sink = to.copy_in_raw(&copy).await?;
    let mut last: Vec<String> = Vec::new();
    loop {
        let sql = table.page(last.is_empty());
        let mut query = sqlx::query(AssertSqlSafe(sql));
        // A column of numbers compares texts as the numbers that they are.
        for value in &last {
            query = query.bind(value.clone());
        }
        let rows = query.fetch_all(&mut *from).await?;
        let Some(end) = rows.last() else { break };
        let count = table.columns.len();
        last = (0..table.key.len())
            .map(|index| end.try_get(count + index))
            .collect::<Result<_, _>>()?;
        let mut chunk = String::new();
        for row in &rows {
            for index in 0..count {
                chunk += if index == 0 { "" } else { "\t" };
                match row.try_get::<Option<String>, _>(index)? {
                    Some(text) => escape(&text, &mut chunk),
                    None => chunk += "\\N",
                }
            }
            chunk += "\n";
        }
        sink.send(chunk.as_bytes()).await?;
    }
    let rows = sink.finish().await?;
    if let Some(column) = &table.numbered {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', '{column}'), \
             (SELECT COALESCE(MAX({column}), 0) + 1 FROM {name}), FALSE)"
        );
        to.execute(AssertSqlSafe(sql)).await?;
    }
    Ok(rows)
}

impl Table {
    /// The question for the first rows, or for those after the key that is bound.
    fn page(&self, is_first: bool) -> String {
        let key = self.key.join(", ");
        let texts = self.key.iter().map(|k| format!("CAST({k} AS TEXT)"));
        let what: Vec<String> = self.texts.iter().cloned().chain(texts).collect();
        let places: Vec<String> = (1..=self.key.len()).map(|n| format!("${n}")).collect();
        let after = match is_first {
            true => String::new(),
            false => format!("WHERE ({key}) > ({})", places.join(", ")),
        };
        format!(
            "SELECT {} FROM {} {after} ORDER BY {key} LIMIT {AT_ONCE}",
            what.join(", "),
            self.name
        )
    }
}

async fn table(
    from: &mut SqliteConnection,
    to: &mut PgConnection,
    name: &str,
) -> Result<Table, Failure> {
    let sql = "SELECT column_name::text, data_type::text, is_identity::text \
               FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position";
    let mut table = Table {
        name: name.to_owned(),
        columns: Vec::new(),
        texts: Vec::new(),
        numbered: None,
        key: key(from, name).await?,
    };
    for column in sqlx::query(sql).bind(name).fetch_all(&mut *to).await? {
        let name: String = column.try_get(0)?;
        table.texts.push(match column.try_get(1)? {
            // Nothing has a form in hex, too.
            "bytea" => format!("CASE WHEN {name} IS NOT NULL THEN '\\x' || hex({name}) END"),
            _ => format!("CAST({name} AS TEXT)"),
        });
        if column.try_get::<&str, _>(2)? == "YES" {
            table.numbered = Some(name.clone());
        }
        table.columns.push(name);
    }
    Ok(table)
}

/// What the rows of a table are ordered by: their numbers, or their key where they have none.
async fn key(from: &mut SqliteConnection, table: &str) -> Result<Vec<String>, Failure> {
    let sql = "SELECT 1 FROM sqlite_master WHERE name = $1 AND sql LIKE '%WITHOUT ROWID%'";
    let keyed = sqlx::query(sql)
        .bind(table)
        .fetch_optional(&mut *from)
        .await?;
    if keyed.is_none() {
        return Ok(vec!["rowid".to_owned()]);
    }
    let sql = "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk";
    let columns = sqlx::query(sql).bind(table).fetch_all(&mut *from).await?;
    Ok(columns
        .iter()
        .map(|column| column.try_get(0))
        .collect::<Result<_, _>>()?)
}

/// As `COPY` reads texts.
fn escape(text: &str, to: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            other => to.push(other),
        }
    }
}
