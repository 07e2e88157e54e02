//! Decisions, written down.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use serde_json::json;

use super::{COLUMNS, Verdict, VerdictChange, VerdictState};
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
        // One order for everybody, so that two batches never wait for each other.
        let by_key: BTreeMap<_, &Verdict> = verdicts
            .iter()
            .map(|verdict| ((&verdict.digest, &verdict.environment), verdict))
            .collect();
        let ordered: Vec<&Verdict> = by_key.into_values().collect();
        let mut tx = self.begin().await?;
        let before = stored(&mut tx, &ordered).await?;
        let mut changes = Vec::new();
        let written = put(&mut tx, &ordered).await?;
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

/// Those that were written, and not overtaken.
async fn put(tx: &mut Tx, verdicts: &[&Verdict]) -> Result<HashSet<Key>> {
    let mut written = HashSet::new();
    let mut left = verdicts;
    // Few sizes, so that few statements are prepared.
    for size in [100, 10, 1] {
        while left.len() >= size {
            let (some, rest) = left.split_at(size);
            left = rest;
            let mut rows = String::new();
            let mut place = 0;
            let mut all = Vec::with_capacity(size * 15);
            for (index, verdict) in some.iter().enumerate() {
                rows += if index == 0 { "(" } else { ", (" };
                for (column, value) in arguments(verdict).into_iter().enumerate() {
                    place += 1;
                    let _ = write!(rows, "{}${place}", if column == 0 { "" } else { ", " });
                    all.push(value);
                }
                rows += ")";
            }
            let sql = format!(
                "INSERT INTO verdict ({COLUMNS}) VALUES {rows} \
                 ON CONFLICT (digest, environment) DO UPDATE SET state = excluded.state, \
                 critical = excluded.critical, high = excluded.high, medium = excluded.medium, \
                 low = excluded.low, unrated = excluded.unrated, gaps = excluded.gaps, \
                 reasons = excluded.reasons, report = excluded.report, \
                 policy_generation = excluded.policy_generation, snapshot = excluded.snapshot, \
                 snapshot_at = excluded.snapshot_at, decided_at = excluded.decided_at \
                 WHERE verdict.policy_generation <= excluded.policy_generation \
                 AND verdict.snapshot_at <= excluded.snapshot_at RETURNING digest, environment"
            );
            for row in tx.rows(&sql, all).await? {
                written.insert((row.text(0)?, row.text(1)?));
            }
        }
    }
    Ok(written)
}

fn arguments(verdict: &Verdict) -> Vec<Value> {
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
        verdict.decided_at
    ]
}

async fn record(tx: &mut Tx, changes: &[VerdictChange], cause: &serde_json::Value) -> Result<()> {
    let sql = "INSERT INTO verdict_change (id, digest, environment, before, after, cause, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let mut events = Vec::new();
    for change in changes {
        let args = args![
            &change.id,
            &change.digest,
            &change.environment,
            change.before.map(|state| state.as_str().to_owned()),
            change.after,
            &change.cause,
            change.at
        ];
        tx.exec(sql, args).await?;
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
    if let Some(last) = changes.last() {
        tx.events(&events, last.at).await?;
    }
    Ok(())
}
