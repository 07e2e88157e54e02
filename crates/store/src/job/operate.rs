use jiff::Timestamp;
use serde_json::json;

use super::{BATCH_LIMIT, JobState, enqueue};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::page::{Page, Paging};
use crate::store::{By, Store};
use crate::value::{Row, args};

/// What an operator set for a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolSettings {
    /// Nothing of it is leased; what runs goes on.
    pub paused: bool,
    /// Jobs of it that run at once; `None`: any number.
    pub capacity: Option<u32>,
    /// Sweep jobs of it that run at once; `None`: 32.
    pub sweep_cap: Option<u32>,
}

/// How much there is of a pool in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobCounts {
    /// The pool.
    pub pool: String,
    /// The state.
    pub state: JobState,
    /// Whether these are sweep jobs.
    pub sweep: bool,
    /// Jobs.
    pub jobs: u64,
    /// The sum of their costs: what workers are scaled by.
    pub cost: u64,
    /// The earliest `visible_from`: how far behind the pool is.
    pub oldest: Timestamp,
}

/// Which jobs are asked for.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Only of this pool.
    pub pool: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only in this state.
    pub state: Option<JobState>,
}

/// A job as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// UUID.
    pub id: String,
    /// What is to be done.
    pub kind: String,
    /// Whose it is.
    pub pool: String,
    /// JSON.
    pub payload: String,
    /// Higher goes first.
    pub priority: i64,
    /// Its cost.
    pub cost: i64,
    /// Whether it is part of a sweep.
    pub sweep: bool,
    /// Where it stands.
    pub state: JobState,
    /// Not before this time.
    pub visible_from: Timestamp,
    /// Leases so far.
    pub attempt: i64,
    /// Leases that it gets.
    pub max_attempts: i64,
    /// Who has it.
    pub locked_by: Option<String>,
    /// Until when.
    pub locked_until: Option<Timestamp>,
    /// When it was taken in.
    pub created_at: Timestamp,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

const COLUMNS: &str = "id, kind, pool, payload, priority, cost, sweep, state, visible_from, \
                       attempt, max_attempts, locked_by, locked_until, created_at, error";

impl Store {
    /// Sets what an operator wants of a pool.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_pool(&self, pool: &str, settings: &PoolSettings, by: &By) -> Result<()> {
        let mut tx = self.begin().await?;
        let sql = "INSERT INTO job_pool (pool, paused, capacity, sweep_cap) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (pool) DO UPDATE SET paused = $2, capacity = $3, sweep_cap = $4";
        let args = args![
            pool,
            settings.paused,
            settings.capacity.map(i64::from),
            settings.sweep_cap.map(i64::from)
        ];
        tx.exec(sql, args).await?;
        let details = json!({
            "paused": settings.paused,
            "capacity": settings.capacity,
            "sweep_cap": settings.sweep_cap,
        });
        tx.audit(by, "pool.set", &format!("pool:{pool}"), &details)
            .await?;
        tx.commit().await
    }

    /// What is set, by pool; pools that nobody set anything for are not in it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pools(&self) -> Result<Vec<(String, PoolSettings)>> {
        let sql = "SELECT pool, paused, capacity, sweep_cap FROM job_pool ORDER BY pool";
        let small = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter()
            .map(|row| {
                let settings = PoolSettings {
                    paused: row.bool(1)?,
                    capacity: small(row.opt_int(2)?),
                    sweep_cap: small(row.opt_int(3)?),
                };
                Ok((row.text(0)?, settings))
            })
            .collect()
    }

    /// How much there is to do. Reads the whole queue: for a scrape, not for every request.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn job_counts(&self) -> Result<Vec<JobCounts>> {
        let sql = "SELECT pool, state, sweep, COUNT(*), CAST(SUM(cost) AS BIGINT), \
                   MIN(visible_from) FROM job GROUP BY pool, state, sweep \
                   ORDER BY pool, state, sweep";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(JobCounts {
                    pool: row.text(0)?,
                    state: row.word(1)?,
                    sweep: row.bool(2)?,
                    jobs: row.count(3)?,
                    cost: row.count(4)?,
                    oldest: row.time(5)?,
                })
            })
            .collect()
    }

    /// How many done jobs are still kept, by kind.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn done_counts(&self) -> Result<Vec<(String, u64)>> {
        let sql = "SELECT kind, COUNT(*) FROM job_done GROUP BY kind ORDER BY kind";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.count(1)?)))
            .collect()
    }

    /// Jobs, the newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none.
    pub async fn jobs(&self, filter: &JobFilter, paging: &Paging) -> Result<Page<JobRow>> {
        let limit = paging.limit()?;
        let after = paging.after_text()?.unwrap_or_else(|| "~".to_owned());
        let mut sql = format!("SELECT {COLUMNS} FROM job WHERE id < $1");
        let mut args = args![after];
        let state = filter.state.map(|state| state.as_str().to_owned());
        for (column, value) in [("pool", &filter.pool), ("kind", &filter.kind)] {
            if let Some(value) = value {
                args.push(value.into());
                sql += &format!(" AND {column} = ${}", args.len());
            }
        }
        if let Some(state) = state {
            // Spelt out, so that the index of that state is chosen.
            sql += &format!(" AND state = '{state}'");
        }
        args.push((limit + 1).into());
        sql += &format!(" ORDER BY id DESC LIMIT ${}", args.len());
        let rows = self.read().await?.rows(&sql, args).await?;
        let jobs = rows.iter().map(job).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(jobs, limit, |job| vec![(&job.id).into()]))
    }

    /// Of that id; `None` also for one that is done.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn job(&self, id: &str) -> Result<Option<JobRow>> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
        let row = self.read().await?.row(&sql, args![id]).await?;
        row.as_ref().map(job).transpose()
    }

    /// When a job was done; `None`: not yet, or longer ago than is kept.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn job_finished(&self, id: &str) -> Result<Option<Timestamp>> {
        let sql = "SELECT finished_at FROM job_done WHERE id = $1";
        let row = self.read().await?.row(sql, args![id]).await?;
        row.map(|row| row.time(0)).transpose()
    }

    /// Brings dead jobs back with all their attempts; the answer is how many.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a job with the same `dedupe_key` waits already;
    /// [`Error::Invalid`] for more than 1000.
    pub async fn requeue_dead(&self, ids: &[String], by: &By) -> Result<u64> {
        let mut tx = self.begin().await?;
        let keys = dead_keys(&mut tx, ids).await?;
        tx.lock("key", &keys).await?;
        let any = tx.dialect().any("id", 1);
        let sql = format!(
            "UPDATE job SET state = 'queued', ready = concurrency_key IS NULL, attempt = 0, \
             visible_from = $2 WHERE {any} AND state = 'dead'"
        );
        let count = tx.exec(&sql, args![ids.to_vec(), by.at]).await?;
        enqueue::promote(&mut tx, keys).await?;
        if count > 0 {
            tx.audit(by, "job.requeue", "jobs", &json!({"ids": ids}))
                .await?;
        }
        tx.commit().await?;
        self.wake.ring();
        Ok(count)
    }

    /// Drops dead jobs; the answer is how many.
    ///
    /// # Errors
    /// [`Error::Invalid`] for more than 1000.
    pub async fn discard_dead(&self, ids: &[String], by: &By) -> Result<u64> {
        let mut tx = self.begin().await?;
        dead_keys(&mut tx, ids).await?;
        let any = tx.dialect().any("id", 1);
        let sql = format!("DELETE FROM job WHERE {any} AND state = 'dead'");
        let count = tx.exec(&sql, args![ids.to_vec()]).await?;
        if count > 0 {
            tx.audit(by, "job.discard", "jobs", &json!({"ids": ids}))
                .await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// Forgets what was done before a time.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn prune_done(&self, before: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let count = tx
            .exec("DELETE FROM job_done WHERE finished_at < $1", args![before])
            .await?;
        tx.commit().await?;
        Ok(count)
    }
}

async fn dead_keys(tx: &mut Tx, ids: &[String]) -> Result<Vec<String>> {
    if ids.len() > BATCH_LIMIT {
        return Err(Error::Invalid(format!(
            "{} jobs: at most {BATCH_LIMIT}",
            ids.len()
        )));
    }
    let any = tx.dialect().any("id", 1);
    let sql = format!(
        "SELECT concurrency_key FROM job WHERE {any} AND state = 'dead' \
         AND concurrency_key IS NOT NULL ORDER BY id{}",
        tx.dialect().for_update()
    );
    let rows = tx.rows(&sql, args![ids.to_vec()]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

fn job(row: &Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.text(0)?,
        kind: row.text(1)?,
        pool: row.text(2)?,
        payload: row.text(3)?,
        priority: row.int(4)?,
        cost: row.int(5)?,
        sweep: row.bool(6)?,
        state: row.word(7)?,
        visible_from: row.time(8)?,
        attempt: row.int(9)?,
        max_attempts: row.int(10)?,
        locked_by: row.opt_text(11)?,
        locked_until: row.opt_time(12)?,
        created_at: row.time(13)?,
        error: row.opt_text(14)?,
    })
}
