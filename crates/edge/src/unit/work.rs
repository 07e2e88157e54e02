//! Leases, heartbeats, and the jobs themselves.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lazaret_wire::ClientError;
use lazaret_wire::edge::{
    CompleteRequest, FailRequest, HeartbeatAnswer, HeartbeatJob, HeartbeatRequest, LeaseAnswer,
    LeaseRequest, LeasedJob, Work,
};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Shared;
use super::scan::{ScanError, scan};
use super::spool::Finished;
use crate::spans;

/// How often the centre hears that jobs are still worked on.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long the centre may keep a question for work open.
const LONG_POLL: u32 = 20;

/// Between two questions, where the centre does not answer: doubled up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A job that was done, or was not.
type Ended = (LeasedJob, Result<Finished, ScanError>);

/// A question for work.
type Question = tokio::task::JoinHandle<Result<LeaseAnswer, ClientError>>;

/// Works until `ends` is done, and then for as long as that says.
pub(super) async fn run(shared: &Arc<Shared>, ends: impl Future<Output = Duration>) {
    let mut ends = std::pin::pin!(ends);
    let mut jobs: JoinSet<Ended> = JoinSet::new();
    let mut held: HashMap<String, HeartbeatJob> = HashMap::new();
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut wait = FIRST_WAIT;
    let mut ask_at = Instant::now();
    let mut asking: Option<Question> = None;
    let grace = loop {
        let free = shared.settings.workers.saturating_sub(jobs.len());
        if asking.is_none() && free > 0 && !shared.spool.is_full() && Instant::now() >= ask_at {
            asking = Some(tokio::spawn(lease(
                Arc::clone(shared),
                free,
                jobs.is_empty(),
            )));
        }
        let next_question = asking.is_none() && free > 0;
        tokio::select! {
            grace = &mut ends => break grace,
            answer = answered(&mut asking), if asking.is_some() => {
                asking = None;
                match answer {
                    Ok(answer) => {
                        wait = FIRST_WAIT;
                        ask_at = Instant::now() + if answer.jobs.is_empty() { FIRST_WAIT } else { Duration::ZERO };
                        for job in answer.jobs {
                            begin(shared, &mut jobs, &mut held, job);
                        }
                    }
                    Err(_) => {
                        ask_at = Instant::now() + wait;
                        wait = (wait * 2).min(LONGEST_WAIT);
                    }
                }
            }
            Some(ended) = jobs.join_next(), if !jobs.is_empty() => {
                if let Ok((job, result)) = ended {
                    end(shared, &mut held, job, result).await;
                }
            }
            _ = beat.tick(), if !held.is_empty() => heartbeat(shared, &mut held).await,
            () = tokio::time::sleep_until(ask_at.max(Instant::now() + Duration::from_millis(50))), if next_question => {}
        }
    };
    shared.stopping.store(true, Ordering::Relaxed);
    if let Some(open) = asking {
        refuse(shared, open).await;
    }
    finish(shared, &mut jobs, &mut held, grace).await;
    // Layers that were read are in the cache; whoever is next does not read them again.
    for job in held.values() {
        give_back(shared, &job.id, job.fence).await;
    }
    jobs.detach_all();
}

/// Lets what runs go on for as long as that is granted.
async fn finish(
    shared: &Arc<Shared>,
    jobs: &mut JoinSet<Ended>,
    held: &mut HashMap<String, HeartbeatJob>,
    grace: Duration,
) {
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let until = Instant::now() + grace;
    while !jobs.is_empty() {
        tokio::select! {
            ended = jobs.join_next() => {
                if let Some(Ok((job, result))) = ended {
                    end(shared, held, job, result).await;
                }
            }
            _ = beat.tick() => heartbeat(shared, held).await,
            () = tokio::time::sleep_until(until) => break,
        }
    }
}

/// Gives back what an open question for work still brings.
async fn refuse(shared: &Arc<Shared>, mut open: Question) {
    let answer = tokio::time::timeout(Duration::from_secs(2), &mut open).await;
    // Nobody asks any more: what would come would be lost until its lease ends.
    open.abort();
    if let Ok(Ok(Ok(answer))) = answer {
        for job in answer.jobs {
            give_back(shared, &job.id, job.fence).await;
        }
    }
}

async fn answered(asking: &mut Option<Question>) -> Result<LeaseAnswer, String> {
    match asking {
        Some(handle) => match handle.await {
            Ok(answer) => answer.map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        },
        None => std::future::pending().await,
    }
}

async fn lease(shared: Arc<Shared>, free: usize, idle: bool) -> Result<LeaseAnswer, ClientError> {
    let asked = LeaseRequest {
        free: u32::try_from(free).unwrap_or(u32::MAX).clamp(1, 200),
        // While others run, a free worker asks again when one of them ends.
        wait_seconds: if idle { LONG_POLL } else { 5 },
        counters: shared.counters(),
    };
    let answer = shared.client().post("/edge/v1/lease", &asked).await;
    shared.heard(&answer);
    answer
}

fn begin(
    shared: &Arc<Shared>,
    jobs: &mut JoinSet<Ended>,
    held: &mut HashMap<String, HeartbeatJob>,
    job: LeasedJob,
) {
    held.insert(
        job.id.clone(),
        HeartbeatJob {
            id: job.id.clone(),
            fence: job.fence,
        },
    );
    shared.counts.running.fetch_add(1, Ordering::Relaxed);
    let shared = Arc::clone(shared);
    let span = spans::job(&job);
    jobs.spawn_blocking(move || {
        let _entered = span.entered();
        let Work::Scan(access) = &job.work;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (threads / shared.settings.workers.max(1)).max(1);
        let found = scan(&shared, access, threads);
        let finished = found.map(|(results, blobs)| Finished {
            host: access.host.clone(),
            repository: access.repository.clone(),
            complete: CompleteRequest {
                job: job.id.clone(),
                fence: job.fence,
                results,
            },
            blobs,
            trace: lazaret_trace::traceparent(),
        });
        if finished.is_err() {
            spans::failed();
        }
        (job, finished)
    });
}

async fn end(
    shared: &Arc<Shared>,
    held: &mut HashMap<String, HeartbeatJob>,
    job: LeasedJob,
    result: Result<Finished, ScanError>,
) {
    shared.counts.running.fetch_sub(1, Ordering::Relaxed);
    let kept = result.and_then(|finished| {
        shared.spool.result(&finished)?;
        Ok(finished.complete.results.len() as u64)
    });
    match kept {
        Ok(images) => {
            shared.counts.images.fetch_add(images, Ordering::Relaxed);
            tracing::info!(job = job.id, images, "looked at");
        }
        Err(error) => {
            shared.counts.failed.fetch_add(1, Ordering::Relaxed);
            let (why, is_final) = (error.whole(), error.is_final());
            tracing::warn!(job = job.id, why, is_final, "not looked at");
            let failed = FailRequest {
                job: job.id.clone(),
                fence: job.fence,
                error: why,
                is_final,
            };
            let told = shared.client().tell("/edge/v1/fail", &failed).await;
            shared.heard(&told);
        }
    }
    // A result that waits in the spool needs its lease until the centre has it, but one
    // that waits for long is somebody else's by then, which its fence tells.
    held.remove(&job.id);
}

async fn heartbeat(shared: &Arc<Shared>, held: &mut HashMap<String, HeartbeatJob>) {
    let asked = HeartbeatRequest {
        jobs: held.values().take(200).cloned().collect(),
    };
    let client = shared.client();
    let answer = client.post::<HeartbeatAnswer>("/edge/v1/heartbeat", &asked);
    // A slow answer must not keep the jobs that have ended from being told.
    let Ok(answer) = tokio::time::timeout(HEARTBEAT / 2, answer).await else {
        return;
    };
    shared.heard(&answer);
    if let Ok(answer) = answer {
        for lost in answer.lost {
            tracing::warn!(job = lost, "somebody else has this job now");
            held.remove(&lost);
        }
    }
}

async fn give_back(shared: &Arc<Shared>, job: &str, fence: i64) {
    let failed = FailRequest {
        job: job.to_owned(),
        fence,
        error: "given back: the unit is stopping".to_owned(),
        is_final: false,
    };
    let client = shared.client();
    let told = client.tell("/edge/v1/fail", &failed);
    match tokio::time::timeout(Duration::from_secs(2), told).await {
        Ok(Ok(())) => tracing::info!(job, "given back"),
        // Its lease ends by itself.
        _ => tracing::warn!(job, "not given back in time"),
    }
}
