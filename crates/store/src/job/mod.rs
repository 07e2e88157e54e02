//! The queue.
//!
//! A job is delivered at least once. A lease carries a fence; only the current fence completes
//! a job, so that of two workers that hold the same job for whatever reason, one is heard.

mod enqueue;
mod lease;
mod operate;
mod settle;
mod take;

use jiff::{SignedDuration, Timestamp};

pub use operate::{JobCounts, JobFilter, JobRow, PoolSettings};

use crate::error::{Error, Result};
use crate::value::words;

/// Bytes of a job's payload at most; what is larger goes into the blob store and its digest
/// here.
pub const PAYLOAD_LIMIT: usize = 64 * 1024;

/// Sweep jobs of a pool that run at once where no operator said otherwise.
pub const SWEEP_CAP: i64 = 32;

/// Jobs of a call at most.
pub const BATCH_LIMIT: usize = 1000;

/// Jobs of a batch of any size, in a transaction that is somebody else's.
pub(crate) async fn enqueue_in(
    tx: &mut crate::db::Tx,
    jobs: &[NewJob],
    now: Timestamp,
) -> Result<Vec<Enqueued>> {
    let keys = enqueue::keys_of(jobs);
    tx.lock("key", &keys).await?;
    let answers = enqueue::enqueue(tx, jobs, now).await?;
    enqueue::promote(tx, keys).await?;
    Ok(answers)
}

words! {
    /// Where a job stands; one that is done is no longer in the queue.
    JobState("a state of jobs: queued, running, dead") {
        /// Waits.
        Queued = "queued",
        /// Is leased.
        Running = "running",
        /// Failed for good; an operator can bring it back.
        Dead = "dead",
    }
}

/// A job to be.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// What is to be done: `index`, `decide`.
    pub kind: String,
    /// Who may do it: a region, or `centre`.
    pub pool: String,
    /// JSON for whoever does it; at most [`PAYLOAD_LIMIT`] bytes.
    pub payload: String,
    /// Higher goes first.
    pub priority: i32,
    /// What it costs, in units that workers offer: 1 to 1000.
    pub cost: u32,
    /// Whether it is part of a sweep, which never has more than its cap in flight and goes
    /// after everything else.
    pub sweep: bool,
    /// Of jobs with the same key one runs at a time.
    pub concurrency_key: Option<String>,
    /// While a job with this key waits or runs, another one is not taken in.
    pub dedupe_key: Option<String>,
    /// Not before this time.
    pub visible_from: Timestamp,
    /// Leases that it gets before it is dead: 1 to 100.
    pub max_attempts: u32,
    /// The W3C trace context of who asked.
    pub traceparent: Option<String>,
}

impl NewJob {
    /// A job of middle priority (0), cost 1 and 5 attempts, at once, that follows the current
    /// span.
    #[must_use]
    pub fn new(kind: &str, pool: &str, payload: String, now: Timestamp) -> NewJob {
        NewJob {
            kind: kind.to_owned(),
            pool: pool.to_owned(),
            payload,
            priority: 0,
            cost: 1,
            sweep: false,
            concurrency_key: None,
            dedupe_key: None,
            visible_from: now,
            max_attempts: 5,
            traceparent: lazaret_trace::traceparent(),
        }
    }

    fn check(&self) -> Result<()> {
        if self.payload.len() > PAYLOAD_LIMIT {
            return Err(Error::Invalid(format!(
                "a payload of {} bytes: above {PAYLOAD_LIMIT} it belongs into the blob store",
                self.payload.len()
            )));
        }
        if !(1..=1000).contains(&self.cost) || !(1..=100).contains(&self.max_attempts) {
            return Err(Error::Invalid(
                "a job costs 1 to 1000 units and has 1 to 100 attempts".to_owned(),
            ));
        }
        Ok(())
    }
}

/// What became of a [`NewJob`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// The job, or the one that was there under the same `dedupe_key`.
    pub id: String,
    /// Whether it was taken in.
    pub fresh: bool,
}

/// What a worker asks for.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Its name, for people.
    pub worker: String,
    /// The pools it works for, in its order of preference.
    pub pools: Vec<String>,
    /// Jobs at most: 1 to [`BATCH_LIMIT`].
    pub jobs: u32,
    /// Units of cost at most; the first job may be dearer, so that none waits for ever.
    pub units: Option<u32>,
    /// How long the lease holds without a heartbeat.
    pub ttl: SignedDuration,
}

/// A job in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// UUID.
    pub id: String,
    /// What completes it.
    pub fence: i64,
    /// What is to be done.
    pub kind: String,
    /// Whose it is.
    pub pool: String,
    /// JSON.
    pub payload: String,
    /// Which lease this is, from 1.
    pub attempt: u32,
    /// Leases that it gets.
    pub max_attempts: u32,
    /// What it costs.
    pub cost: u32,
    /// When the lease ends.
    pub until: Timestamp,
    /// The trace context.
    pub traceparent: Option<String>,
}

/// A job that was done, and what follows from it in the same transaction.
#[derive(Clone, Debug)]
pub struct Done {
    /// The job.
    pub id: String,
    /// The lease's.
    pub fence: i64,
    /// Taken in only if the completion is.
    pub then: Vec<NewJob>,
}

/// A job that failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The job.
    pub id: String,
    /// The lease's.
    pub fence: i64,
    /// For people; cut at 4096 bytes.
    pub error: String,
    /// Whether another attempt makes sense.
    pub retry: bool,
}

/// What became of a completion or failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The job is done; also when it had been completed under this very fence before.
    Done,
    /// It comes again, not before this time.
    Again(Timestamp),
    /// It is dead.
    Dead,
    /// Another worker has it, or it is long gone: the caller is not heard.
    Fenced,
}

/// How long a job waits before its next attempt: 10 seconds, doubled with every attempt, one
/// hour at most, plus up to a quarter that depends on the id, so that what failed together
/// does not come back together.
#[must_use]
pub fn backoff(id: &str, attempt: u32) -> SignedDuration {
    let seconds = 10_i64
        .saturating_mul(1 << attempt.saturating_sub(1).min(12))
        .min(3600);
    let spread = id.bytes().fold(attempt, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    SignedDuration::from_millis(seconds * 1000 + seconds * 250 * i64::from(spread % 1000) / 1000)
}
