//! The centre's own workers: lease, do, settle; a heartbeat for what runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use lazaret_store::{Done, Failed, Lease, Leased, Settled};
use tokio::sync::Semaphore;
use tracing::{Instrument as _, Span};

use super::job::{CENTRE, ListWork, ScanWork};
use super::rematch::RematchWork;
use super::{decide, list, settle};
use crate::{App, spans};

/// How long a lease holds without a heartbeat.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Time between heartbeats.
const BEAT: Duration = Duration::from_secs(15);

/// Longest time until work is looked for where nobody told of any.
const LOOK: Duration = Duration::from_secs(1);

/// Jobs in the hands of this process.
type Held = Arc<Mutex<BTreeMap<String, i64>>>;

/// Works until the centre stops. What is not done by then is given back.
pub(crate) async fn run(app: App) {
    let workers = app.settings.workers;
    if workers == 0 {
        return;
    }
    let name = format!("centre-{}", std::process::id());
    let places = Arc::new(Semaphore::new(workers));
    let held = Held::default();
    let beating = tokio::spawn(beat(app.clone(), Arc::clone(&held)));
    let mut stop = app.stop.clone();
    // Rings here for what this process takes in, and through PostgreSQL for what others do.
    let mut bell = app.store.bell();
    while !app.is_stopping() {
        let first = tokio::select! {
            permit = Arc::clone(&places).acquire_owned() => permit,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok(first) = first else { break };
        let free = places.available_permits() + 1;
        let lease = Lease {
            worker: name.clone(),
            pools: vec![CENTRE.to_owned()],
            jobs: u32::try_from(free).unwrap_or(1),
            units: None,
            ttl: LEASE,
        };
        let leased = match app.store.lease(&lease, app.now()).await {
            Ok(leased) => leased,
            Err(cause) => {
                tracing::warn!(%cause, "no jobs leased");
                Vec::new()
            }
        };
        if leased.is_empty() {
            drop(first);
            tokio::select! {
                _ = bell.wait(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
            continue;
        }
        let mut place = Some(first);
        for job in leased {
            let permit = match place.take() {
                Some(permit) => Some(permit),
                None => Arc::clone(&places).acquire_owned().await.ok(),
            };
            if let Ok(mut held) = held.lock() {
                held.insert(job.id.clone(), job.fence);
            }
            let (app, held) = (app.clone(), Arc::clone(&held));
            tokio::spawn(async move {
                let _permit = permit;
                let id = job.id.clone();
                let span = spans::job(&job);
                attempt(&app, job, &span).instrument(span.clone()).await;
                if let Ok(mut held) = held.lock() {
                    held.remove(&id);
                }
            });
        }
    }
    beating.abort();
    let rest: Vec<(String, i64)> = match held.lock() {
        Ok(held) => held
            .iter()
            .map(|(id, fence)| (id.clone(), *fence))
            .collect(),
        Err(_) => Vec::new(),
    };
    if let Err(cause) = app.store.give_back(&rest, app.now()).await {
        tracing::warn!(%cause, "jobs not given back; their leases end by themselves");
    }
}

async fn beat(app: App, held: Held) {
    loop {
        tokio::time::sleep(BEAT).await;
        let alive: Vec<(String, i64)> = match held.lock() {
            Ok(held) => held
                .iter()
                .map(|(id, fence)| (id.clone(), *fence))
                .collect(),
            Err(_) => return,
        };
        if alive.is_empty() {
            continue;
        }
        match app.store.heartbeat(&alive, app.now(), LEASE).await {
            Ok(lost) if lost.is_empty() => {}
            // Their completion will be refused; the work itself does no harm.
            Ok(lost) => tracing::warn!(jobs = lost.len(), "leases lost"),
            Err(cause) => tracing::warn!(%cause, "no heartbeat"),
        }
    }
}

/// What a job came to.
pub(super) enum Came {
    /// It is done.
    Done,
    /// It failed.
    Failed {
        /// For people.
        error: String,
        /// Whether trying again is of use.
        retry: bool,
    },
}

async fn attempt(app: &App, job: Leased, span: &Span) {
    let came = match job.kind.as_str() {
        "scan" => match serde_json::from_str::<ScanWork>(&job.payload) {
            Ok(work) => settle::scan(app, &job, work).await,
            Err(error) => nonsense(&error),
        },
        "rematch" => match serde_json::from_str::<RematchWork>(&job.payload) {
            Ok(work) => match decide(app, &work.digests, &work.cause).await {
                Ok(()) => Came::Done,
                Err(error) => Came::Failed {
                    error: error.problem().to_string(),
                    retry: true,
                },
            },
            Err(error) => nonsense(&error),
        },
        "list" => match serde_json::from_str::<ListWork>(&job.payload) {
            Ok(work) => listed(app, work).await,
            Err(error) => nonsense(&error),
        },
        other => Came::Failed {
            error: format!("this program knows no job `{other}`"),
            retry: false,
        },
    };
    let now = app.now();
    let settled = match came {
        Came::Done => {
            let done = Done {
                id: job.id.clone(),
                fence: job.fence,
                then: Vec::new(),
            };
            app.store.complete(&[done], now).await
        }
        Came::Failed { error, retry } => {
            app.metrics.failures.inc();
            spans::failed(span);
            tracing::warn!(job = job.id, kind = job.kind, error, "job failed");
            let failed = Failed {
                id: job.id.clone(),
                fence: job.fence,
                error,
                retry,
            };
            app.store.fail(&[failed], now).await
        }
    };
    match settled {
        Ok(settled) if settled.contains(&Settled::Fenced) => {
            tracing::warn!(job = job.id, "somebody else has the job");
        }
        Ok(_) => {}
        Err(cause) => tracing::warn!(job = job.id, %cause, "job not settled; it comes again"),
    }
}

fn nonsense(error: &serde_json::Error) -> Came {
    Came::Failed {
        error: format!("the job makes no sense: {error}"),
        retry: false,
    }
}

async fn listed(app: &App, work: ListWork) -> Came {
    let registry = match app.store.registry(&work.registry).await {
        Ok(Some(registry)) => registry,
        // It is watched no longer.
        Ok(None) => return Came::Done,
        Err(error) => {
            return Came::Failed {
                error: error.to_string(),
                retry: true,
            };
        }
    };
    match list::run(app, &registry).await {
        Ok(()) => Came::Done,
        Err((error, retry)) => Came::Failed { error, retry },
    }
}
