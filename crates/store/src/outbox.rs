//! What leaves the centre: events and deliveries, written in the transaction of the change
//! they tell of.
//!
//! They are jobs of the pool [`OUTBOX`]: leased, retried, fenced and, in the end, dead letters
//! as every other job. A dispatcher leases an event and completes it with one job per sink.

use jiff::Timestamp;

use crate::db::Tx;
use crate::error::Result;
use crate::job::{self, NewJob};

/// The pool of what leaves.
pub const OUTBOX: &str = "outbox";

/// Attempts of an event: with the pauses of [`backoff`](crate::backoff) about half a day.
pub const OUTBOX_ATTEMPTS: u32 = 20;

impl Tx {
    /// Appends an event; of one `object` they leave in the order in which they happened.
    pub(crate) async fn event(
        &mut self,
        kind: &str,
        object: &str,
        payload: &serde_json::Value,
        now: Timestamp,
    ) -> Result<()> {
        self.events(&[event(kind, object, payload, now)], now).await
    }

    /// Several at once.
    pub(crate) async fn events(&mut self, events: &[NewJob], now: Timestamp) -> Result<()> {
        for part in events.chunks(job::BATCH_LIMIT) {
            job::enqueue_in(self, part, now).await?;
        }
        Ok(())
    }
}

pub(crate) fn event(
    kind: &str,
    object: &str,
    payload: &serde_json::Value,
    now: Timestamp,
) -> NewJob {
    NewJob {
        concurrency_key: Some(format!("event {object}")),
        max_attempts: OUTBOX_ATTEMPTS,
        ..NewJob::new(kind, OUTBOX, payload.to_string(), now)
    }
}
