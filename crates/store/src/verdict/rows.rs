//! Rows of verdicts: read, written, and noted to be the same by another database.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::list::verdict;
use super::{COLUMNS, Verdict};
use crate::db::Tx;
use crate::error::Result;
use crate::value::{Value, args};

/// Image and environment.
pub(super) type Key = (String, String);

/// When what is known of images was read.
pub(super) async fn indexed(tx: &mut Tx, digests: &[String]) -> Result<HashMap<String, Timestamp>> {
    let any = tx.dialect().any("digest", 1);
    let sql = format!("SELECT digest, indexed_at FROM content WHERE {any}");
    let rows = tx.rows(&sql, args![digests.to_vec()]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.time(1)?)))
        .collect()
}

pub(super) async fn stored(tx: &mut Tx, digests: Vec<String>) -> Result<HashMap<Key, Verdict>> {
    let any = tx.dialect().any("digest", 1);
    let sql = format!("SELECT {COLUMNS} FROM verdict WHERE {any}");
    let rows = tx.rows(&sql, args![digests]).await?;
    let verdicts = rows.iter().map(verdict);
    verdicts
        .map(|verdict| verdict.map(|v| ((v.digest.clone(), v.environment.clone()), v)))
        .collect()
}

/// Notes that verdicts say the same by another database.
pub(super) async fn confirm(tx: &mut Tx, verdicts: &[&Verdict]) -> Result<()> {
    let mut alike: BTreeMap<(&str, [Timestamp; 2], &str), Vec<String>> = BTreeMap::new();
    for verdict in verdicts {
        let at = [verdict.snapshot_at, verdict.decided_at];
        let key = (&*verdict.snapshot, at, &*verdict.environment);
        alike.entry(key).or_default().push(verdict.digest.clone());
    }
    let sql = format!(
        "UPDATE verdict SET snapshot = $1, snapshot_at = $2, decided_at = $3 \
         WHERE environment = $4 AND {}",
        tx.dialect().any("digest", 5)
    );
    for ((snapshot, [snapshot_at, decided_at], environment), digests) in alike {
        let args = args![snapshot, snapshot_at, decided_at, environment, digests];
        tx.exec(&sql, args).await?;
    }
    Ok(())
}

/// What is set of a verdict that is there already. SQLite touches an index where one of its columns
/// is named, whatever the value: what lists are narrowed or ordered by is named where it is
/// different. No index has any of these.
pub(super) const QUIET: &str = "medium, low, unrated, reasons, report, policy_generation, \
                                snapshot, snapshot_at, decided_at";

/// What is set beside that where only how many of the worst there are is different.
pub(super) const WEIGHED: &str = "critical, high";

/// What is set beside that where the verdict is found by other filters.
pub(super) const LOUD: &str = "critical, high, gaps, worst";

/// What is set beside that of one that became another.
pub(super) const MOVED: &str = "critical, high, gaps, worst, state, since";

/// Writes verdicts of different keys, many in a statement.
/// `more` is what is set beside [`QUIET`].
pub(super) async fn put(tx: &mut Tx, verdicts: &[&Verdict], more: &str) -> Result<()> {
    let mut left = verdicts;
    // Few sizes, so that few statements are prepared.
    for size in [128, 16, 1] {
        while left.len() >= size {
            let (some, rest) = left.split_at(size);
            left = rest;
            let args = some.iter().flat_map(|verdict| bound(verdict)).collect();
            tx.exec(&upsert(size, more), args).await?;
        }
    }
    Ok(())
}

/// The statement for so many verdicts, with [`bound`] for each.
fn upsert(rows: usize, more: &str) -> String {
    let row = |number: usize| {
        let places: Vec<String> = (1..=16).map(|n| format!("${}", number * 16 + n)).collect();
        // When the image was first seen, for lists; unknown: when it was decided on.
        let seen = format!(
            "COALESCE((SELECT i.first_seen FROM image i WHERE i.digest = ${}), ${})",
            number * 16 + 1,
            number * 16 + 15
        );
        let since = number * 16 + 15;
        format!("({}, {seen}, ${since})", places.join(", "))
    };
    let values: Vec<String> = (0..rows).map(row).collect();
    let set: Vec<String> = QUIET
        .split(", ")
        .chain(more.split(", ").filter(|column| !column.is_empty()))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!(
        "INSERT INTO verdict ({COLUMNS}, worst, seen, since) VALUES {} \
         ON CONFLICT (digest, environment) DO UPDATE SET {}",
        values.join(", "),
        set.join(", ")
    )
}

fn bound(verdict: &Verdict) -> Vec<Value> {
    args![
        &verdict.digest,
        &verdict.environment,
        verdict.state,
        verdict.counts.critical,
        verdict.counts.high,
        verdict.counts.medium,
        verdict.counts.low,
        verdict.counts.unrated,
        verdict.counts.gaps,
        &verdict.reasons,
        &verdict.report,
        verdict.policy_generation,
        &verdict.snapshot,
        verdict.snapshot_at,
        verdict.decided_at,
        verdict.counts.worst()
    ]
}
