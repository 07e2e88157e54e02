//! From the spool to the centre: blobs first, then the result that names them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lazaret_wire::{Client, ClientError};
use tracing::Instrument as _;

use super::spool::Entry;
use super::{Shared, alone};
use crate::spans;

/// How often the spool is looked into.
const EVERY: Duration = Duration::from_millis(200);

/// Between two attempts where the centre does not answer: doubled up to the longest.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Most results that are looked at in one round.
const BATCH: usize = 64;

/// What became of a result.
enum Sent {
    /// The centre has it, or has no use for it.
    Done,
    /// It stays.
    Later,
}

/// Sends what waits, for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut wait = EVERY;
    loop {
        tokio::time::sleep(wait).await;
        wait = match drain(&shared).await {
            true => EVERY,
            false => {
                alone::judge_waiting(&shared).await;
                (wait * 2).min(LONGEST_WAIT)
            }
        };
    }
}

/// Sends what waits now. Whether everything that was there has gone.
pub(super) async fn drain(shared: &Arc<Shared>) -> bool {
    loop {
        let entries = match shared.spool.oldest(BATCH) {
            Ok(entries) => entries,
            Err(why) => {
                tracing::error!(%why, "spool not read");
                return false;
            }
        };
        if entries.is_empty() {
            return true;
        }
        for entry in entries {
            let span = spans::sending(&entry.result);
            let client = shared.client();
            let sent = match send(shared, &client, &entry).instrument(span).await {
                Ok(sent) => sent,
                Err(why) => {
                    shared.heard::<()>(&Err(why));
                    return false;
                }
            };
            match sent {
                Sent::Later => return false,
                Sent::Done => {
                    if let Err(why) = shared.spool.done(&entry) {
                        tracing::error!(%why, "sent result not removed; it is sent again");
                        return false;
                    }
                }
            }
        }
    }
}

async fn send(shared: &Shared, client: &Client, entry: &Entry) -> Result<Sent, ClientError> {
    for blob in &entry.result.blobs {
        let bytes = match shared.spool.read_blob(blob) {
            Ok(bytes) => bytes,
            Err(why) => {
                // Without it the result is worth nothing; the job comes again.
                tracing::error!(%why, %blob, "blob of the spool is gone");
                return Ok(Sent::Done);
            }
        };
        match client.put(&format!("/edge/v1/blobs/{blob}"), bytes).await {
            Ok(()) => {}
            Err(ClientError::Refused { problem, .. }) if is_of_no_use(problem.status) => {
                tracing::error!(%blob, %problem, "the centre does not take this inventory");
                return Ok(Sent::Done);
            }
            Err(why @ ClientError::NotSent { .. }) => {
                tracing::error!(%blob, %why, "the inventory stays here");
                return Ok(Sent::Done);
            }
            Err(why) => return Err(why),
        }
    }
    let complete = &entry.result.complete;
    let told = client.tell("/edge/v1/complete", complete).await;
    let job = &complete.job;
    match told {
        Ok(()) => {
            shared.heard(&Ok(()));
            Ok(Sent::Done)
        }
        Err(error) if error.may_pass() => Err(error),
        Err(ClientError::Refused { problem, .. }) if problem.status == 409 => {
            shared.counts.fenced.fetch_add(1, Ordering::Relaxed);
            tracing::info!(job, "somebody else has completed this job");
            Ok(Sent::Done)
        }
        Err(ClientError::Refused { problem, .. }) if is_of_no_use(problem.status) => {
            tracing::error!(job, %problem, "the centre has no use for this result");
            Ok(Sent::Done)
        }
        // Not authorised, most likely: the certificate has run out. It stays.
        Err(why) => {
            tracing::warn!(job, %why, "result not taken yet");
            Ok(Sent::Later)
        }
    }
}

/// Whether the same call will be refused for ever.
fn is_of_no_use(status: u16) -> bool {
    matches!(status, 400 | 404 | 410 | 413 | 422)
}
