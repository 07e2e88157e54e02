//! How many jobs a second the queue takes through its whole round: taken in (with a key that
//! keeps twins out, every fourth with one that lets a single one run at a time), leased, kept
//! alive, completed. `queue [ADDRESS]`: an address of PostgreSQL; without one a cluster is
//! started, with every commit on disk as in production.
//!
//! `JOBS` (40000) jobs per row of the table, `WORKERS` (6) workers and half as many that bring
//! jobs, all at once. Ends with 1 where a job was lost or done twice, or where PostgreSQL did
//! fewer than `LEAST` (2000; 0: any) a second in batches of 100.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // A measurement prints, or stops.

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{Done, Enqueued, Lease, NewJob, Settled, Store, StoreOptions};
use lazaret_testkit::postgres::Postgres;

const TTL: SignedDuration = SignedDuration::from_secs(60);

fn number(variable: &str, default: usize) -> usize {
    let text = std::env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::main]
async fn main() -> ExitCode {
    let directory = tempfile::tempdir().unwrap();
    let blobs = directory.path().join("blobs").display().to_string();
    let sqlite = format!("sqlite:{}", directory.path().join("queue.db").display());
    let own = match std::env::args().len() {
        1 => Postgres::with(&[]),
        _ => None,
    };
    let address = std::env::args().nth(1).or_else(|| own.as_ref()?.database());
    let least = number("LEAST", 2000);
    let mut is_quick = true;
    println!("engine    batch    jobs  jobs/s  lease p50/p99 ms");
    for (engine, database) in [("postgres", address), ("sqlite", Some(sqlite))] {
        let Some(database) = database else { continue };
        let mut options = StoreOptions::new(database, &blobs, Timestamp::now());
        options.connections = 16;
        let store = Store::open(&options).await.unwrap();
        for batch in [1_usize, 10, 100] {
            // One at a time is a commit for every step: fewer are enough to tell.
            let jobs = number("JOBS", 40_000) / [10, 2, 1][batch.ilog10() as usize];
            let round = round(&store, jobs, batch).await;
            println!(
                "{engine:9} {batch:5} {jobs:7} {:7.0}  {:.1} / {:.1}",
                round.rate, round.p50, round.p99
            );
            is_quick &= engine != "postgres" || batch != 100 || round.rate >= least as f64;
        }
        store.close().await;
    }
    match is_quick {
        true => ExitCode::SUCCESS,
        false => {
            println!("PostgreSQL did fewer than {least} jobs a second in batches of 100");
            ExitCode::FAILURE
        }
    }
}

struct Round {
    rate: f64,
    p50: f64,
    p99: f64,
}

/// All jobs from taking in to completion, by bringers and workers at once.
async fn round(store: &Store, jobs: usize, batch: usize) -> Round {
    let workers = number("WORKERS", 6).max(1);
    let bringers = workers.div_ceil(2);
    let done = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let bringing: Vec<_> = (0..bringers)
        .map(|bringer| {
            let of: Vec<usize> = (bringer..jobs).step_by(bringers).collect();
            tokio::spawn(bring(store.clone(), of, batch))
        })
        .collect();
    let working: Vec<_> = (0..workers)
        .map(|worker| tokio::spawn(work(store.clone(), worker, batch, jobs, Arc::clone(&done))))
        .collect();
    let mut taken_in = HashSet::new();
    for one in bringing {
        taken_in.extend(one.await.unwrap());
    }
    let mut all = Vec::new();
    let mut leases = Vec::new();
    for one in working {
        let (done, took) = one.await.unwrap();
        all.extend(done);
        leases.extend(took);
    }
    let took = start.elapsed().as_secs_f64();
    assert_eq!(taken_in.len(), jobs, "every job was taken in once");
    assert_eq!(all.len(), jobs, "every job was done once");
    assert_eq!(all.into_iter().collect::<HashSet<_>>(), taken_in, "those");
    leases.sort_by(f64::total_cmp);
    let at = |part: usize| leases[(leases.len() * part / 100).min(leases.len() - 1)];
    Round {
        rate: jobs as f64 / took,
        p50: at(50),
        p99: at(99),
    }
}

/// Takes jobs in, every tenth of them twice.
async fn bring(store: Store, numbers: Vec<usize>, batch: usize) -> Vec<String> {
    let mut fresh = Vec::new();
    for part in numbers.chunks(batch) {
        let now = Timestamp::now();
        let mut jobs: Vec<NewJob> = part.iter().map(|&n| job(n, now)).collect();
        let twins = part.iter().filter(|n| n.is_multiple_of(10));
        jobs.extend(twins.map(|&n| job(n, now)));
        let answers: Vec<Enqueued> = store.enqueue(&jobs, now).await.unwrap();
        fresh.extend(answers.into_iter().filter(|a| a.fresh).map(|a| a.id));
    }
    fresh
}

fn job(number: usize, now: Timestamp) -> NewJob {
    let payload = format!(
        "{{\"registry\":\"019\",\"repository\":\"team/service{}\",\"digest\":\"sha256:{number:064x}\"}}",
        number % 1000
    );
    let mut job = NewJob::new("scan", "eu", payload, now);
    job.dedupe_key = Some(format!("scan:{number}"));
    job.priority = i32::try_from(number % 3).unwrap();
    // Not to one key at once: that would measure what the key is for.
    job.concurrency_key = number
        .is_multiple_of(4)
        .then(|| format!("repository:{}", number % 2003));
    job
}

/// Leases, keeps alive and completes until all jobs are done; what it did, and how long its
/// leases took, in milliseconds.
async fn work(
    store: Store,
    worker: usize,
    batch: usize,
    jobs: usize,
    all: Arc<AtomicUsize>,
) -> (Vec<String>, Vec<f64>) {
    let lease = Lease {
        worker: format!("worker{worker}"),
        pools: vec!["eu".to_owned()],
        jobs: u32::try_from(batch).unwrap(),
        units: None,
        ttl: TTL,
    };
    let (mut done, mut took) = (Vec::new(), Vec::new());
    let mut bell = store.bell();
    while all.load(Ordering::Relaxed) < jobs {
        let asked = Instant::now();
        let leased = store.lease(&lease, Timestamp::now()).await.unwrap();
        if leased.is_empty() {
            let _ = bell.wait(std::time::Duration::from_millis(20)).await;
            continue;
        }
        took.push(asked.elapsed().as_secs_f64() * 1000.0);
        let held: Vec<(String, i64)> = leased.iter().map(|j| (j.id.clone(), j.fence)).collect();
        let lost = store.heartbeat(&held, Timestamp::now(), TTL).await.unwrap();
        assert!(lost.is_empty(), "a lease of a minute was lost");
        let finished: Vec<Done> = leased
            .into_iter()
            .map(|job| Done {
                id: job.id,
                fence: job.fence,
                then: vec![],
            })
            .collect();
        let settled = store.complete(&finished, Timestamp::now()).await.unwrap();
        assert!(settled.iter().all(|one| *one == Settled::Done));
        all.fetch_add(finished.len(), Ordering::Relaxed);
        done.extend(finished.into_iter().map(|job| job.id));
    }
    (done, took)
}
