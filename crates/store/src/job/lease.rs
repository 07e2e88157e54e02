use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use super::take::{Taker, Wanted, Which};
use super::{BATCH_LIMIT, Lease, Leased, SWEEP_CAP, backoff, enqueue};
use crate::db::{AND_SOON, Dialect, SOON, Tx};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::args;

/// Microseconds between two looks for leases that ended without a word.
const RECLAIM: i64 = 1_000_000;

/// The longest that a lease may hold. One that ends later than that from now was made by a clock
/// that has gone back since.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    /// Gives a worker jobs that are due: the highest priority first, sweeps last. Leases that
    /// ended without a word are taken back first, once a second. May give fewer than there are
    /// while another worker asks at the same moment.
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
        let until = lasting(now, lease.ttl)?;
        if self.is_reclaim_due(now) {
            self.reclaim(now).await?;
        }
        let mut wanted = Wanted {
            jobs: lease.jobs.into(),
            units: lease.units.map(i64::from),
            given: Vec::new(),
        };
        for pool in &lease.pools {
            if wanted.is_full() {
                break;
            }
            let by = Taker {
                pool,
                worker: &lease.worker,
                now,
                until,
            };
            // One statement is all, where there is enough to do; SQLite's writer is alone anyway.
            let is_asked = self.db.dialect() == Dialect::Postgres;
            if is_asked {
                let (sql, args) =
                    by.statement(Which::Free, wanted.jobs, &wanted, Dialect::Postgres);
                let rows = self.db.once(&sql, args).await?;
                wanted.took(&rows, Which::Free)?;
                if wanted.is_full() {
                    break;
                }
            }
            let mut tx = self.begin().await?;
            lease_pool(&mut tx, &by, is_asked, &mut wanted).await?;
            tx.commit().await?;
        }
        Ok(wanted.given)
    }

    /// Whether somebody should look again for leases that ended: once a second is enough, and
    /// every lease would read what all others hold.
    fn is_reclaim_due(&self, now: Timestamp) -> bool {
        let (now, before) = (now.as_microsecond(), self.reclaimed.load(Ordering::Relaxed));
        let is_due = now < before || now.saturating_sub(before) >= RECLAIM;
        if is_due {
            self.reclaimed.store(now, Ordering::Relaxed);
        }
        is_due
    }

    /// Takes back leases that ended before `now`, and those that no clock which was right can have
    /// made: the jobs come again after their
    /// [`backoff`], or are dead when that was their last attempt. The answer is how many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reclaim(&self, now: Timestamp) -> Result<u64> {
        let ended = "SELECT id, attempt, max_attempts, concurrency_key FROM job \
                     WHERE state = 'running' AND (locked_until < $1 OR locked_until > $2) \
                     ORDER BY locked_until LIMIT 1000";
        let latest = later(now, LONGEST)?;
        // Asked outside of a transaction first: nearly always there is none.
        let asked = self.read().await?.rows(ended, args![now, latest]).await?;
        if asked.is_empty() {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        let sql = format!("{ended}{}", tx.dialect().skip_locked());
        let rows = tx.rows(&sql, args![now, latest]).await?;
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
        tx.lock("key", &freed).await?;
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
        let until = lasting(now, ttl)?;
        let dialect = self.db.dialect();
        let (soon, and_soon) = match dialect {
            Dialect::Postgres => (format!(", {SOON}"), AND_SOON),
            Dialect::Sqlite => (String::new(), ""),
        };
        let sql = format!(
            "UPDATE job SET locked_until = $1 FROM {}{soon} WHERE job.id = x.id \
             AND job.fence = x.number AND job.state = 'running'{and_soon} RETURNING job.id",
            dialect.pairs(2),
        );
        let (ids, fences): (Vec<String>, Vec<i64>) = held.iter().cloned().unzip();
        let args = args![until, ids.clone(), fences];
        let rows = self.db.once(&sql, args).await?;
        let kept = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>>>()?;
        Ok(ids.into_iter().filter(|id| !kept.contains(id)).collect())
    }
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

/// `is_asked`: for jobs that are no sweeps and need no counting, in vain.
async fn lease_pool(
    tx: &mut Tx,
    by: &Taker<'_>,
    is_asked: bool,
    wanted: &mut Wanted,
) -> Result<()> {
    let settings = "SELECT paused, capacity, sweep_cap FROM job_pool WHERE pool = $1";
    let (mut capacity, mut sweep_cap) = (None, SWEEP_CAP);
    if let Some(row) = tx.row(settings, args![by.pool]).await? {
        if row.bool(0)? {
            return Ok(());
        }
        capacity = row.opt_int(1)?;
        sweep_cap = row.opt_int(2)?.unwrap_or(SWEEP_CAP);
    }
    let mut room = i64::MAX;
    if let Some(capacity) = capacity {
        // Counted under a lock: two workers never share the last place.
        tx.lock("pool", &[by.pool.to_owned()]).await?;
        let sql = "SELECT COUNT(*) FROM job WHERE pool = $1 AND state = 'running'";
        room = capacity - tx.one(sql, args![by.pool]).await?.int(0)?;
    }
    if capacity.is_some() || !is_asked {
        room = room.saturating_sub(by.take(tx, Which::Urgent, room, wanted).await?);
    }
    if wanted.is_full() || room <= 0 {
        return Ok(());
    }
    if !due_sweep(tx, by.pool, by.now).await? || !tx.try_lock("sweep", by.pool).await? {
        return Ok(());
    }
    let sql = "SELECT COUNT(*) FROM job WHERE pool = $1 AND sweep AND state = 'running'";
    let running = tx.one(sql, args![by.pool]).await?.int(0)?;
    let room = room.min(sweep_cap - running);
    by.take(tx, Which::Sweep, room, wanted).await?;
    Ok(())
}

async fn due_sweep(tx: &mut Tx, pool: &str, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM job WHERE pool = $1 AND sweep AND state = 'queued' \
               AND ready AND visible_from <= $2)";
    tx.one(sql, args![pool, now]).await?.bool(0)
}

/// The end of a lease.
fn lasting(now: Timestamp, ttl: SignedDuration) -> Result<Timestamp> {
    if ttl > LONGEST {
        return Err(Error::Invalid(
            "a lease holds for an hour at most".to_owned(),
        ));
    }
    later(now, ttl)
}

fn later(now: Timestamp, by: SignedDuration) -> Result<Timestamp> {
    now.checked_add(by)
        .map_err(|error| Error::Invalid(error.to_string()))
}
