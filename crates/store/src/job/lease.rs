use jiff::{SignedDuration, Timestamp};

use super::{BATCH_LIMIT, Lease, Leased, SWEEP_CAP, backoff, enqueue};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::{Row, args};

impl Store {
    /// Gives a worker jobs that are due: the highest priority first, sweeps last. Leases that
    /// ended without a word are taken back first. May give fewer than there are while another
    /// worker asks at the same moment.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a number or a time out of range.
    pub async fn lease(&self, lease: &Lease, now: Timestamp) -> Result<Vec<Leased>> {
        if lease.jobs == 0 || lease.jobs as usize > BATCH_LIMIT {
            return Err(Error::Invalid(format!(
                "1 to {BATCH_LIMIT} jobs, not {}",
                lease.jobs
            )));
        }
        let until = later(now, lease.ttl)?;
        self.reclaim(now).await?;
        let mut wanted = Wanted {
            jobs: lease.jobs.into(),
            units: lease.units.map(i64::from),
            given: Vec::new(),
        };
        for pool in &lease.pools {
            if wanted.jobs == 0 || wanted.units.is_some_and(|units| units <= 0) {
                break;
            }
            let mut tx = self.begin().await?;
            lease_pool(&mut tx, pool, &lease.worker, now, until, &mut wanted).await?;
            tx.commit().await?;
        }
        Ok(wanted.given)
    }

    /// Takes back leases that ended before `now`: the jobs come again after their
    /// [`backoff`], or are dead when that was their last attempt. The answer is how many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reclaim(&self, now: Timestamp) -> Result<u64> {
        let ended = "SELECT id, attempt, max_attempts, concurrency_key FROM job \
                     WHERE state = 'running' AND locked_until < $1 ORDER BY locked_until LIMIT 1000";
        // Asked outside of a transaction first: nearly always there is none.
        if self.read().await?.rows(ended, args![now]).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        let sql = format!("{ended}{}", tx.dialect().skip_locked());
        let rows = tx.rows(&sql, args![now]).await?;
        let mut freed = Vec::new();
        for row in &rows {
            let (id, attempt) = (row.text(0)?, row.count(1)?);
            let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
            let dead = i64::from(attempt) >= row.int(2)?;
            retire(
                &mut tx,
                &id,
                attempt,
                dead,
                "the lease ended without a word",
                now,
            )
            .await?;
            if dead {
                freed.extend(row.opt_text(3)?);
            }
        }
        tx.lock(&freed).await?;
        enqueue::promote(&mut tx, freed).await?;
        tx.commit().await?;
        Ok(rows.len() as u64)
    }

    /// Prolongs leases; the answer is the ids of those that are no longer the caller's, whose
    /// work may be dropped.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000 or a time out of range.
    pub async fn heartbeat(
        &self,
        held: &[(String, i64)],
        now: Timestamp,
        ttl: SignedDuration,
    ) -> Result<Vec<String>> {
        if held.len() > BATCH_LIMIT {
            return Err(Error::Invalid(format!(
                "{} jobs: at most {BATCH_LIMIT}",
                held.len()
            )));
        }
        let until = later(now, ttl)?;
        let mut tx = self.begin().await?;
        let pairs = tx.dialect().pairs(2);
        let sql = format!(
            "UPDATE job SET locked_until = $1 WHERE state = 'running' AND EXISTS \
             (SELECT 1 FROM {pairs} WHERE x.id = job.id AND x.number = job.fence) \
             AND {} RETURNING id",
            tx.dialect().any("id", 2)
        );
        let (ids, fences): (Vec<String>, Vec<i64>) = held.iter().cloned().unzip();
        let rows = tx.rows(&sql, args![until, ids.clone(), fences]).await?;
        tx.commit().await?;
        let kept = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>>>()?;
        Ok(ids.into_iter().filter(|id| !kept.contains(id)).collect())
    }
}

struct Wanted {
    jobs: i64,
    units: Option<i64>,
    given: Vec<Leased>,
}

/// A failed or lost attempt: again later, or dead.
pub(super) async fn retire(
    tx: &mut Tx,
    id: &str,
    attempt: u32,
    dead: bool,
    error: &str,
    now: Timestamp,
) -> Result<Timestamp> {
    let again = later(now, backoff(id, attempt))?;
    let sql = "UPDATE job SET state = $2, ready = $3, visible_from = $4, locked_by = NULL, \
               locked_until = NULL, error = $5 WHERE id = $1";
    let state = if dead { "dead" } else { "queued" };
    tx.exec(sql, args![id, state, !dead, again, error]).await?;
    Ok(again)
}

async fn lease_pool(
    tx: &mut Tx,
    pool: &str,
    worker: &str,
    now: Timestamp,
    until: Timestamp,
    wanted: &mut Wanted,
) -> Result<()> {
    let settings = "SELECT paused, capacity, sweep_cap FROM job_pool WHERE pool = $1";
    let (mut capacity, mut sweep_cap) = (None, SWEEP_CAP);
    if let Some(row) = tx.row(settings, args![pool]).await? {
        if row.bool(0)? {
            return Ok(());
        }
        capacity = row.opt_int(1)?;
        sweep_cap = row.opt_int(2)?.unwrap_or(SWEEP_CAP);
    }
    let mut room = i64::MAX;
    if let Some(capacity) = capacity {
        // Counted under a lock: two workers never share the last place.
        tx.lock(&[format!("pool:{pool}")]).await?;
        let sql = "SELECT COUNT(*) FROM job WHERE pool = $1 AND state = 'running'";
        room = capacity - tx.one(sql, args![pool]).await?.int(0)?;
    }
    let took = take(tx, pool, false, room, worker, now, until, wanted).await?;
    room = room.saturating_sub(took);
    if wanted.jobs == 0 || room <= 0 || wanted.units.is_some_and(|units| units <= 0) {
        return Ok(());
    }
    if !due_sweep(tx, pool, now).await? || !tx.try_lock(&format!("sweep:{pool}")).await? {
        return Ok(());
    }
    let sql = "SELECT COUNT(*) FROM job WHERE pool = $1 AND sweep AND state = 'running'";
    let running = tx.one(sql, args![pool]).await?.int(0)?;
    let room = room.min(sweep_cap - running);
    take(tx, pool, true, room, worker, now, until, wanted).await?;
    Ok(())
}

async fn due_sweep(tx: &mut Tx, pool: &str, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM job WHERE pool = $1 AND sweep AND state = 'queued' \
               AND ready AND visible_from <= $2)";
    tx.one(sql, args![pool, now]).await?.bool(0)
}

#[allow(clippy::too_many_arguments)] // One statement's parameters.
async fn take(
    tx: &mut Tx,
    pool: &str,
    sweep: bool,
    room: i64,
    worker: &str,
    now: Timestamp,
    until: Timestamp,
    wanted: &mut Wanted,
) -> Result<i64> {
    let jobs = wanted.jobs.min(room);
    if jobs <= 0 {
        return Ok(0);
    }
    // A sweep goes by age alone: the oldest due first.
    let (condition, order) = if sweep {
        ("sweep", "visible_from, id")
    } else {
        ("NOT sweep", "priority DESC, visible_from, id")
    };
    let sql = format!(
        "WITH due AS (SELECT id, priority, visible_from, cost FROM job WHERE pool = $1 \
         AND {condition} AND state = 'queued' AND ready AND visible_from <= $2 \
         ORDER BY {order} LIMIT $3{skip}), \
         ranked AS (SELECT id, SUM(cost) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS upto, \
         ROW_NUMBER() OVER (ORDER BY {order}) AS place FROM due) \
         UPDATE job SET state = 'running', attempt = attempt + 1, fence = fence + 1, \
         locked_by = $4, locked_until = $5 \
         WHERE id IN (SELECT id FROM ranked WHERE upto <= $6 OR place = 1) \
         RETURNING id, fence, kind, pool, payload, attempt, max_attempts, cost, locked_until, \
         traceparent, priority, visible_from",
        skip = tx.dialect().skip_locked()
    );
    let units = wanted.units.unwrap_or(i64::MAX);
    let rows = tx
        .rows(&sql, args![pool, now, jobs, worker, until, units])
        .await?;
    let mut jobs = rows
        .iter()
        .map(|row| {
            Ok((
                leased(row)?,
                if sweep { 0 } else { -row.int(10)? },
                row.int(11)?,
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    jobs.sort_by(|a, b| (a.1, a.2, &a.0.id).cmp(&(b.1, b.2, &b.0.id)));
    let took = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
    wanted.jobs -= took;
    for (job, ..) in jobs {
        wanted.units = wanted.units.map(|units| units - i64::from(job.cost));
        wanted.given.push(job);
    }
    Ok(took)
}

fn later(now: Timestamp, by: SignedDuration) -> Result<Timestamp> {
    now.checked_add(by)
        .map_err(|error| Error::Invalid(error.to_string()))
}

fn leased(row: &Row) -> Result<Leased> {
    let small = |index| -> Result<u32> {
        u32::try_from(row.int(index)?).map_err(|error| Error::corrupt("a job", error))
    };
    Ok(Leased {
        id: row.text(0)?,
        fence: row.int(1)?,
        kind: row.text(2)?,
        pool: row.text(3)?,
        payload: row.text(4)?,
        attempt: small(5)?,
        max_attempts: small(6)?,
        cost: small(7)?,
        until: row.time(8)?,
        traceparent: row.opt_text(9)?,
    })
}
