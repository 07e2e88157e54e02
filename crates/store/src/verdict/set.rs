//! Decisions, written down.

use std::collections::HashMap;

use serde_json::json;

use super::{COLUMNS, Counts, Verdict, VerdictChange, VerdictState};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::outbox;
use crate::store::{Store, new_id};
use crate::value::args;

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
        let mut ordered: Vec<&Verdict> = verdicts.iter().collect();
        ordered.sort_by_key(|verdict| (&verdict.digest, &verdict.environment));
        let mut tx = self.begin().await?;
        let before = stored(&mut tx, &ordered).await?;
        let mut changes = Vec::new();
        for verdict in ordered {
            let key = (verdict.digest.clone(), verdict.environment.clone());
            if !put(&mut tx, verdict).await? {
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

/// Whether it was written, and not overtaken.
async fn put(tx: &mut Tx, verdict: &Verdict) -> Result<bool> {
    let sql = format!(
        "INSERT INTO verdict ({COLUMNS}, worst, seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
         $10, $11, $12, $13, $14, $15, $16, \
         COALESCE((SELECT i.first_seen FROM image i WHERE i.digest = $1), $15)) ON CONFLICT (digest, environment) DO UPDATE SET state = $3, \
         critical = $4, high = $5, medium = $6, low = $7, unrated = $8, gaps = $9, reasons = $10, \
         report = $11, policy_generation = $12, snapshot = $13, snapshot_at = $14, \
         decided_at = $15, worst = $16 WHERE verdict.policy_generation <= $12 AND verdict.snapshot_at <= $14"
    );
    let args = args![
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
    ];
    Ok(tx.exec(&sql, args).await? == 1)
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
