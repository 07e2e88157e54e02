use std::collections::HashMap;

use jiff::Timestamp;

use super::lease::retire;
use super::{BATCH_LIMIT, Done, Failed, Settled, enqueue};
use crate::db::{Dialect, Tx};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::args;

struct Held {
    attempt: u32,
    max_attempts: i64,
    key: Option<String>,
}

impl Store {
    /// Completes jobs; the answers are in their order. What follows from a job is taken in
    /// only if its completion is, in the same transaction.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000, or a job out of its ranges.
    pub async fn complete(&self, done: &[Done], now: Timestamp) -> Result<Vec<Settled>> {
        let mut tx = self.begin().await?;
        let pairs: Vec<(&str, i64)> = done
            .iter()
            .map(|done| (done.id.as_str(), done.fence))
            .collect();
        let held = held(&mut tx, &pairs).await?;
        let then: Vec<_> = done
            .iter()
            .filter(|done| held.contains_key(&done.id))
            .flat_map(|done| done.then.iter().cloned())
            .collect();
        let mut keys: Vec<String> = held.values().filter_map(|job| job.key.clone()).collect();
        keys.extend(enqueue::keys_of(&then));
        // Before anything is removed: whoever takes in a twin of such a job waits for its end.
        tx.lock("key", &keys).await?;
        let ids: Vec<String> = held.keys().cloned().collect();
        if !ids.is_empty() {
            remove(&mut tx, ids, now).await?;
        }
        for part in then.chunks(BATCH_LIMIT) {
            enqueue::enqueue(&mut tx, part, now).await?;
        }
        let news = !keys.is_empty() || !then.is_empty();
        enqueue::promote(&mut tx, keys).await?;
        let before = if held.len() == done.len() {
            HashMap::new()
        } else {
            finished(&mut tx, &pairs).await?
        };
        tx.commit().await?;
        if news {
            self.wake.ring();
        }
        Ok(pairs
            .iter()
            .map(|(id, fence)| {
                if held.contains_key(*id) || before.get(*id) == Some(fence) {
                    Settled::Done
                } else {
                    Settled::Fenced
                }
            })
            .collect())
    }

    /// Notes failures; the answers are in their order.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn fail(&self, failed: &[Failed], now: Timestamp) -> Result<Vec<Settled>> {
        let mut tx = self.begin().await?;
        let pairs: Vec<(&str, i64)> = failed
            .iter()
            .map(|failed| (failed.id.as_str(), failed.fence))
            .collect();
        let held = held(&mut tx, &pairs).await?;
        let mut answers = Vec::with_capacity(failed.len());
        let mut freed = Vec::new();
        for failed in failed {
            let Some(job) = held.get(&failed.id) else {
                answers.push(Settled::Fenced);
                continue;
            };
            let dead = !failed.retry || i64::from(job.attempt) >= job.max_attempts;
            let error = cut(&failed.error, 4096);
            let again = retire(&mut tx, &failed.id, job.attempt, dead, error, now).await?;
            if dead {
                freed.extend(job.key.clone());
            }
            answers.push(if dead {
                Settled::Dead
            } else {
                Settled::Again(again)
            });
        }
        tx.lock("key", &freed).await?;
        enqueue::promote(&mut tx, freed).await?;
        tx.commit().await?;
        Ok(answers)
    }

    /// Gives jobs back untouched, for a worker that stops: they are due at once and the
    /// attempt does not count. Leases that are no longer the caller's are left alone.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn give_back(&self, held: &[(String, i64)], now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let pairs: Vec<(&str, i64)> = held
            .iter()
            .map(|(id, fence)| (id.as_str(), *fence))
            .collect();
        let held = self::held(&mut tx, &pairs).await?;
        let any = tx.dialect().any("id", 1);
        let sql = format!(
            "UPDATE job SET state = 'queued', attempt = attempt - 1, visible_from = $2, \
             locked_by = NULL, locked_until = NULL WHERE {any}"
        );
        let ids: Vec<String> = held.into_keys().collect();
        let count = tx.exec(&sql, args![ids, now]).await?;
        tx.commit().await?;
        self.wake.ring();
        Ok(count)
    }
}

/// What is asked for, as lists of ids and fences in the order of the ids.
fn checked(pairs: &[(&str, i64)]) -> Result<(Vec<String>, Vec<i64>)> {
    if pairs.len() > BATCH_LIMIT {
        return Err(Error::Invalid(format!(
            "{} jobs: at most {BATCH_LIMIT}",
            pairs.len()
        )));
    }
    let mut pairs = pairs.to_vec();
    pairs.sort_unstable();
    if pairs.windows(2).any(|two| two[0].0 == two[1].0) {
        return Err(Error::Invalid("a job stands twice in one call".to_owned()));
    }
    Ok(pairs
        .iter()
        .map(|(id, fence)| ((*id).to_owned(), *fence))
        .unzip())
}

/// Those of the pairs whose lease is current, held to the commit.
async fn held(tx: &mut Tx, pairs: &[(&str, i64)]) -> Result<HashMap<String, Held>> {
    let (ids, _) = checked(pairs)?;
    let wanted: HashMap<&str, i64> = pairs.iter().copied().collect();
    let any = tx.dialect().any("id", 1);
    let sql = format!(
        "SELECT id, attempt, max_attempts, concurrency_key, fence FROM job \
         WHERE {any} AND state = 'running' ORDER BY id{}",
        tx.dialect().for_update()
    );
    let mut held = HashMap::new();
    for row in tx.rows(&sql, args![ids]).await? {
        let id = row.text(0)?;
        if wanted.get(id.as_str()) != Some(&row.int(4)?) {
            continue;
        }
        let job = Held {
            attempt: u32::try_from(row.int(1)?).unwrap_or(u32::MAX),
            max_attempts: row.int(2)?,
            key: row.opt_text(3)?,
        };
        held.insert(id, job);
    }
    Ok(held)
}

/// Takes jobs out of the queue and writes them down as done.
async fn remove(tx: &mut Tx, ids: Vec<String>, now: Timestamp) -> Result<()> {
    let (any, dialect) = (tx.dialect().any("id", 1), tx.dialect());
    let delete = format!("DELETE FROM job WHERE {any}");
    let done = |from: &str| {
        format!(
            "INSERT INTO job_done (id, kind, pool, worker, fence, cost, attempts, created_at, \
             finished_at) SELECT id, kind, pool, COALESCE(locked_by, ''), fence, cost, attempt, \
             created_at, $2 FROM {from}"
        )
    };
    if dialect == Dialect::Postgres {
        let sql = format!("WITH gone AS ({delete} RETURNING *) {}", done("gone"));
        tx.exec(&sql, args![ids, now]).await?;
        return Ok(());
    }
    let sql = done(&format!("job WHERE {any}"));
    tx.exec(&sql, args![ids.clone(), now]).await?;
    tx.exec(&delete, args![ids]).await?;
    Ok(())
}

/// The fences that jobs were completed under.
async fn finished(tx: &mut Tx, pairs: &[(&str, i64)]) -> Result<HashMap<String, i64>> {
    let ids: Vec<String> = pairs.iter().map(|(id, _)| (*id).to_owned()).collect();
    let any = tx.dialect().any("id", 1);
    let sql = format!("SELECT id, fence FROM job_done WHERE {any}");
    let rows = tx.rows(&sql, args![ids]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// At most that many bytes, whole characters.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
