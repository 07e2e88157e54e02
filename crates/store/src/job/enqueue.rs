use std::collections::HashMap;

use jiff::Timestamp;

use super::{BATCH_LIMIT, Enqueued, NewJob};
use crate::db::{Dialect, Tx};
use crate::error::{Error, Result};
use crate::store::{Store, new_id};
use crate::value::{Value, args};

const COLUMNS: &str = "id, kind, pool, payload, priority, cost, sweep, concurrency_key, \
                       dedupe_key, state, ready, visible_from, attempt, max_attempts, fence, \
                       created_at, traceparent";

impl Store {
    /// Takes jobs in, all or none; the answers are in the order of the jobs.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a job out of its ranges or more than 1000 of them.
    pub async fn enqueue(&self, jobs: &[NewJob], now: Timestamp) -> Result<Vec<Enqueued>> {
        let mut tx = self.begin().await?;
        let keys = keys_of(jobs);
        tx.lock(&keys).await?;
        let answers = enqueue(&mut tx, jobs, now).await?;
        promote(&mut tx, keys).await?;
        tx.commit().await?;
        Ok(answers)
    }
}

/// The concurrency keys of jobs.
pub(super) fn keys_of<'a>(jobs: impl IntoIterator<Item = &'a NewJob>) -> Vec<String> {
    jobs.into_iter()
        .filter_map(|job| job.concurrency_key.clone())
        .collect()
}

/// The caller holds the locks of the jobs' keys and promotes them afterwards.
pub(super) async fn enqueue(tx: &mut Tx, jobs: &[NewJob], now: Timestamp) -> Result<Vec<Enqueued>> {
    if jobs.len() > BATCH_LIMIT {
        return Err(Error::Invalid(format!(
            "{} jobs: at most {BATCH_LIMIT}",
            jobs.len()
        )));
    }
    for job in jobs {
        job.check()?;
    }
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids: Vec<String> = jobs.iter().map(|_| new_id(now)).collect();
    // Of one batch, what was named first goes first.
    ids.sort_unstable();
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    // Two batches that share keys wait for each other in one direction only.
    order.sort_by_key(|&index| &jobs[index].dedupe_key);
    let fresh = match tx.dialect() {
        Dialect::Sqlite => insert_each(tx, jobs, &ids, &order, now).await?,
        Dialect::Postgres => insert_all(tx, jobs, &ids, &order, now).await?,
    };
    let known = duplicates(tx, jobs, &ids, &fresh).await?;
    Ok(jobs
        .iter()
        .zip(ids)
        .map(|(job, id)| {
            if fresh.contains_key(&id) {
                return Enqueued { id, fresh: true };
            }
            let id = job
                .dedupe_key
                .as_ref()
                .and_then(|key| known.get(key))
                .cloned();
            Enqueued {
                id: id.unwrap_or_default(),
                fresh: false,
            }
        })
        .collect())
}

async fn insert_each(
    tx: &mut Tx,
    jobs: &[NewJob],
    ids: &[String],
    order: &[usize],
    now: Timestamp,
) -> Result<HashMap<String, ()>> {
    let sql = format!(
        "INSERT INTO job ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, \
         $11, 0, $12, 0, $13, $14) ON CONFLICT DO NOTHING"
    );
    let mut fresh = HashMap::new();
    for &index in order {
        let (job, id) = (&jobs[index], &ids[index]);
        let args = args![
            id,
            &job.kind,
            &job.pool,
            &job.payload,
            job.priority,
            job.cost,
            job.sweep,
            &job.concurrency_key,
            &job.dedupe_key,
            job.concurrency_key.is_none(),
            job.visible_from,
            job.max_attempts,
            now,
            &job.traceparent
        ];
        if tx.exec(&sql, args).await? == 1 {
            fresh.insert(id.clone(), ());
        }
    }
    Ok(fresh)
}

async fn insert_all(
    tx: &mut Tx,
    jobs: &[NewJob],
    ids: &[String],
    order: &[usize],
    now: Timestamp,
) -> Result<HashMap<String, ()>> {
    // Absent texts travel as empty ones: a list has no holes.
    let sql = format!(
        "INSERT INTO job ({COLUMNS}) SELECT id, kind, pool, payload, priority, cost, sweep <> 0, \
         NULLIF(concurrency_key, ''), NULLIF(dedupe_key, ''), 'queued', concurrency_key = '', \
         visible_from, 0, max_attempts, 0, $12, NULLIF(traceparent, '') \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13) AS t(id, kind, pool, \
         payload, concurrency_key, dedupe_key, priority, cost, sweep, visible_from, max_attempts, \
         traceparent) ON CONFLICT DO NOTHING RETURNING id"
    );
    let texts = |get: &dyn Fn(&NewJob) -> String| -> Value {
        Value::Texts(order.iter().map(|&index| get(&jobs[index])).collect())
    };
    let numbers = |get: &dyn Fn(&NewJob) -> i64| -> Value {
        Value::Ints(order.iter().map(|&index| get(&jobs[index])).collect())
    };
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    let args = vec![
        Value::Texts(order.iter().map(|&index| ids[index].clone()).collect()),
        texts(&|job| job.kind.clone()),
        texts(&|job| job.pool.clone()),
        texts(&|job| job.payload.clone()),
        texts(&|job| optional(&job.concurrency_key)),
        texts(&|job| optional(&job.dedupe_key)),
        numbers(&|job| job.priority.into()),
        numbers(&|job| job.cost.into()),
        numbers(&|job| job.sweep.into()),
        numbers(&|job| job.visible_from.as_microsecond()),
        numbers(&|job| job.max_attempts.into()),
        now.into(),
        texts(&|job| optional(&job.traceparent)),
    ];
    let rows = tx.rows(&sql, args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, ()))).collect()
}

/// The jobs that stood in the way of others, by `dedupe_key`.
async fn duplicates(
    tx: &mut Tx,
    jobs: &[NewJob],
    ids: &[String],
    fresh: &HashMap<String, ()>,
) -> Result<HashMap<String, String>> {
    let keys: Vec<String> = jobs
        .iter()
        .zip(ids)
        .filter(|(_, id)| !fresh.contains_key(*id))
        .filter_map(|(job, _)| job.dedupe_key.clone())
        .collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let any = tx.dialect().any("dedupe_key", 1);
    let sql = format!("SELECT dedupe_key, id FROM job WHERE {any} AND state <> 'dead'");
    let rows = tx.rows(&sql, args![keys]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}

/// Makes the next job of every key ready that has no ready or running one. The caller holds
/// the keys' locks.
pub(super) async fn promote(tx: &mut Tx, mut keys: Vec<String>) -> Result<()> {
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(());
    }
    let list = tx.dialect().list(1);
    let sql = format!(
        "UPDATE job SET ready = TRUE WHERE id IN (SELECT (SELECT w.id FROM job w \
         WHERE w.concurrency_key = k.value AND w.state = 'queued' AND NOT w.ready \
         ORDER BY w.priority DESC, w.visible_from, w.id LIMIT 1) FROM {list} \
         WHERE NOT EXISTS (SELECT 1 FROM job h WHERE h.concurrency_key = k.value \
         AND h.ready AND h.state <> 'dead'))"
    );
    tx.exec(&sql, args![keys]).await?;
    Ok(())
}
