//! The statement that takes jobs.

use jiff::Timestamp;

use super::Leased;
use crate::db::{AND_SOON, Dialect, SOON, Tx};
use crate::error::{Error, Result};
use crate::value::{Row, Value, args};

/// What a worker may still be given, and what it was.
pub(super) struct Wanted {
    pub(super) jobs: i64,
    pub(super) units: Option<i64>,
    pub(super) given: Vec<Leased>,
}

/// Which jobs of a pool are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// No sweeps; none where the pool is paused or has a capacity, which has to be counted
    /// first.
    Free,
    /// No sweeps.
    Urgent,
    /// Sweeps, by age alone: the oldest due first.
    Sweep,
}

/// Who takes jobs of which pool, and until when.
pub(super) struct Taker<'a> {
    pub(super) pool: &'a str,
    pub(super) worker: &'a str,
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
}

impl Taker<'_> {
    pub(super) async fn take(
        &self,
        tx: &mut Tx,
        which: Which,
        room: i64,
        wanted: &mut Wanted,
    ) -> Result<i64> {
        let jobs = wanted.jobs.min(room);
        if jobs <= 0 {
            return Ok(0);
        }
        let (sql, args) = self.statement(which, jobs, wanted, tx.dialect());
        let rows = tx.rows(&sql, args).await?;
        wanted.took(&rows, which)
    }

    pub(super) fn statement(
        &self,
        which: Which,
        jobs: i64,
        wanted: &Wanted,
        dialect: Dialect,
    ) -> (String, Vec<Value>) {
        let (condition, order) = match which {
            Which::Sweep => ("sweep", "visible_from, id"),
            Which::Free | Which::Urgent => ("NOT sweep", "priority DESC, visible_from, id"),
        };
        let free = match which {
            Which::Free => {
                " AND NOT EXISTS (SELECT 1 FROM job_pool s WHERE s.pool = $1 \
                 AND (s.paused OR s.capacity IS NOT NULL))"
            }
            Which::Urgent | Which::Sweep => "",
        };
        // A lease that the power takes back is given anew under another fence: that is a time.
        let (from, soon) = match which {
            Which::Free => (format!("FROM {SOON} "), AND_SOON),
            Which::Urgent | Which::Sweep => (String::new(), ""),
        };
        let sql = format!(
            "WITH due AS (SELECT id, priority, visible_from, cost FROM job WHERE pool = $1 \
             AND {condition} AND state = 'queued' AND ready AND visible_from <= $2{free} \
             ORDER BY {order} LIMIT $3{skip}), \
             ranked AS (SELECT id, SUM(cost) OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) \
             AS upto, ROW_NUMBER() OVER (ORDER BY {order}) AS place FROM due) \
             UPDATE job SET state = 'running', attempt = attempt + 1, \
             fence = CASE WHEN fence < $2 THEN $2 ELSE fence + 1 END, \
             locked_by = $4, locked_until = $5 \
             {from}WHERE id IN (SELECT id FROM ranked WHERE upto <= $6 OR place = 1){soon} \
             RETURNING id, fence, kind, pool, payload, attempt, max_attempts, cost, \
             locked_until, traceparent, priority, visible_from",
            skip = dialect.skip_locked()
        );
        let units = wanted.units.unwrap_or(i64::MAX);
        let args = args![self.pool, self.now, jobs, self.worker, self.until, units];
        (sql, args)
    }
}

impl Wanted {
    pub(super) fn is_full(&self) -> bool {
        self.jobs <= 0 || self.units.is_some_and(|units| units <= 0)
    }

    /// Notes what a statement gave, the most urgent first; how many those are.
    pub(super) fn took(&mut self, rows: &[Row], which: Which) -> Result<i64> {
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            let urgency = match which {
                Which::Sweep => 0,
                Which::Free | Which::Urgent => -row.int(10)?,
            };
            jobs.push((urgency, row.int(11)?, leased(row)?));
        }
        jobs.sort_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
        let took = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
        self.jobs -= took;
        for (.., job) in jobs {
            self.units = self.units.map(|units| units - i64::from(job.cost));
            self.given.push(job);
        }
        Ok(took)
    }
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
