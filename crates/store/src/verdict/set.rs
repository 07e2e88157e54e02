//! Decisions, written down.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::{COLUMNS, Counts, Verdict, VerdictChange, VerdictState};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::outbox;
use crate::store::{Store, new_id};
use crate::value::{Value, args};

impl Store {
    /// Writes verdicts down, at most 1000; gives those that changed, in order. A verdict that
    /// knew an older policy or older advisories than the stored one is left out: it comes from
    /// a worker that was overtaken. A change is written to the history and the outbox in the
    /// same transaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn set_verdicts(
        &self,
        verdicts: &[Verdict],
        cause: &serde_json::Value,
    ) -> Result<Vec<VerdictChange>> {
        if verdicts.len() > 1000 {
            return Err(Error::Invalid("at most 1000 verdicts at once".to_owned()));
        }
        // One order for everybody, so that two batches never wait for each other. Of two with
        // one key the later counts, as if they had come one after the other.
        let by_key: BTreeMap<(&str, &str), &Verdict> = verdicts
            .iter()
            .map(|verdict| ((&*verdict.digest, &*verdict.environment), verdict))
            .collect();
        let ordered: Vec<&Verdict> = by_key.into_values().collect();
        let mut tx = self.begin().await?;
        let before = stored(&mut tx, &ordered).await?;
        let written = put(&mut tx, &ordered).await?;
        let mut changes = Vec::new();
        for verdict in ordered {
            let key = (verdict.digest.clone(), verdict.environment.clone());
            if !written.contains(&key) {
                continue;
            }
            let before = before.get(&key).copied();
            if before != Some(verdict.state) {
                changes.push(VerdictChange {
                    id: new_id(verdict.decided_at),
                    digest: verdict.digest.clone(),
                    environment: verdict.environment.clone(),
                    before,
                    after: verdict.state,
                    cause: cause.to_string(),
                    at: verdict.decided_at,
                });
            }
        }
        record(&mut tx, &changes, cause).await?;
        tx.commit().await?;
        Ok(changes)
    }
}

type Key = (String, String);

async fn stored(tx: &mut Tx, verdicts: &[&Verdict]) -> Result<HashMap<Key, VerdictState>> {
    let digests: Vec<String> = verdicts
        .iter()
        .map(|verdict| verdict.digest.clone())
        .collect();
    // Not only rows: of a first verdict too, one of two writers comes first.
    tx.lock("verdict", &digests).await?;
    let any = tx.dialect().any("digest", 1);
    let sql = format!("SELECT digest, environment, state FROM verdict WHERE {any}");
    let rows = tx.rows(&sql, args![digests]).await?;
    rows.iter()
        .map(|row| Ok(((row.text(0)?, row.text(1)?), row.word(2)?)))
        .collect()
}

impl Counts {
    /// 0: nothing found; 1: not rated; 2 to 5: low to critical.
    fn worst(&self) -> i64 {
        let found = [
            self.unrated,
            self.low,
            self.medium,
            self.high,
            self.critical,
        ];
        let place = found.iter().rposition(|&count| count > 0);
        place.map_or(0, |place| i64::try_from(place).unwrap_or_default() + 1)
    }
}

/// Writes verdicts of different keys, many in a statement; the keys of those that were not
/// overtaken.
async fn put(tx: &mut Tx, verdicts: &[&Verdict]) -> Result<HashSet<Key>> {
    let mut written = HashSet::with_capacity(verdicts.len());
    let mut left = verdicts;
    // Few sizes, so that few statements are prepared.
    for size in [128, 16, 1] {
        while left.len() >= size {
            let (some, rest) = left.split_at(size);
            left = rest;
            let args = some.iter().flat_map(|verdict| bound(verdict)).collect();
            for row in tx.rows(&upsert(size), args).await? {
                written.insert((row.text(0)?, row.text(1)?));
            }
        }
    }
    Ok(written)
}

/// The statement for so many verdicts, with [`bound`] for each.
fn upsert(rows: usize) -> String {
    let row = |number: usize| {
        let places: Vec<String> = (1..=16).map(|n| format!("${}", number * 16 + n)).collect();
        // When the image was first seen, for lists; unknown: when it was decided on.
        let seen = format!(
            "COALESCE((SELECT i.first_seen FROM image i WHERE i.digest = ${}), ${})",
            number * 16 + 1,
            number * 16 + 15
        );
        format!("({}, {seen})", places.join(", "))
    };
    let values: Vec<String> = (0..rows).map(row).collect();
    let set: Vec<String> = COLUMNS
        .split(", ")
        .skip(2)
        .chain(["worst"])
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!(
        "INSERT INTO verdict ({COLUMNS}, worst, seen) VALUES {} \
         ON CONFLICT (digest, environment) DO UPDATE SET {} \
         WHERE verdict.policy_generation <= excluded.policy_generation \
         AND verdict.snapshot_at <= excluded.snapshot_at RETURNING digest, environment",
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

async fn record(tx: &mut Tx, changes: &[VerdictChange], cause: &serde_json::Value) -> Result<()> {
    let mut rows = Vec::with_capacity(changes.len());
    let mut events = Vec::with_capacity(changes.len());
    for change in changes {
        rows.push(args![
            &change.id,
            &change.digest,
            &change.environment,
            change.before.map(|state| state.as_str().to_owned()),
            change.after,
            &change.cause,
            change.at
        ]);
        let payload = json!({
            "id": change.id,
            "digest": change.digest,
            "environment": change.environment,
            "before": change.before,
            "after": change.after,
            "cause": cause,
            "at": change.at,
        });
        events.push(outbox::event(
            "verdict.changed",
            &change.digest,
            &payload,
            change.at,
        ));
    }
    let into = "verdict_change (id, digest, environment, before, after, cause, at)";
    tx.insert_many(into, rows, "").await?;
    if let Some(last) = changes.last() {
        tx.events(&events, last.at).await?;
    }
    Ok(())
}
