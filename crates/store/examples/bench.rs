//! What the store costs: `bench [ADDRESS]` (an address of PostgreSQL; without one a cluster
//! is started, with every write synchronous as in production). Prints jobs per second, and the times of
//! pages over a fleet of `IMAGES` (100000) images, for both engines.

#![allow(clippy::print_stdout, clippy::unwrap_used)] // A measurement prints, or stops.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{
    By, Counts, Done, Image, ImageFilter, ImageName, Lease, NewComponent, NewContent, NewJob,
    NewRegistry, Paging, RegistryKind, Store, StoreOptions, Verdict, VerdictFilter, VerdictState,
};
use lazaret_testkit::postgres::Postgres;

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn digest(number: usize) -> String {
    // Spread as digests are.
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("sha256:{mixed:016x}{number:048x}")
}

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = directory.path().join("blobs").display().to_string();
    let sqlite = format!("sqlite:{}", directory.path().join("bench.db").display());
    let own = if std::env::args().len() > 1 {
        None
    } else {
        Postgres::with(&[])
    };
    let address = std::env::args().nth(1).or_else(|| own.as_ref()?.database());
    for (engine, database) in [("sqlite", Some(sqlite)), ("postgres", address)] {
        let Some(database) = database else { continue };
        let store = Store::open(&StoreOptions::new(database, &blobs, now()))
            .await
            .unwrap();
        queue(engine, &store, number("JOBS", 20_000)).await;
        fleet(engine, &store, number("IMAGES", 100_000)).await;
        content(engine, &store, number("CONTENTS", 5_000)).await;
        store.close().await;
    }
}

async fn queue(engine: &str, store: &Store, jobs: usize) {
    let start = Instant::now();
    let batch: Vec<_> = (0..500)
        .map(|n| NewJob::new("index", "eu", format!("{{\"n\":{n}}}"), now()))
        .collect();
    for _ in 0..jobs / batch.len() {
        store.enqueue(&batch, now()).await.unwrap();
    }
    let enqueued = start.elapsed();
    let start = Instant::now();
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let store = store.clone();
            tokio::spawn(async move {
                let lease = Lease {
                    worker: format!("w{worker}"),
                    pools: vec!["eu".to_owned()],
                    jobs: 100,
                    units: None,
                    ttl: SignedDuration::from_secs(60),
                };
                let mut done = 0;
                loop {
                    let leased = store.lease(&lease, now()).await.unwrap();
                    if leased.is_empty() {
                        return done;
                    }
                    let all: Vec<_> = leased
                        .into_iter()
                        .map(|job| Done {
                            id: job.id,
                            fence: job.fence,
                            then: vec![],
                        })
                        .collect();
                    done += store.complete(&all, now()).await.unwrap().len();
                }
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    let worked = start.elapsed();
    let rate = |time: Duration| (done as f64 / time.as_secs_f64()).round();
    println!(
        "{engine}: {done} jobs: enqueue {}/s, lease and complete {}/s, all {}/s",
        rate(enqueued),
        rate(worked),
        rate(enqueued + worked)
    );
}

async fn fleet(engine: &str, store: &Store, images: usize) {
    let by = By::new("bench", now());
    let registry = store
        .create_registry(
            &NewRegistry {
                name: "bench".to_owned(),
                kind: RegistryKind::Distribution,
                url: "https://registry.example".to_owned(),
                credential: None,
                schedule: None,
                region: "eu".to_owned(),
                environment: "production".to_owned(),
                paused: false,
            },
            &by,
        )
        .await
        .unwrap();
    let start = Instant::now();
    let all: Vec<usize> = (0..images).collect();
    for part in all.chunks(1000) {
        let pushes: Vec<_> = part.iter().map(|&n| push(&registry.id, n)).collect();
        store.record_pushes(&pushes).await.unwrap();
        let verdicts: Vec<_> = part.iter().map(|&n| verdict(n)).collect();
        store
            .set_verdicts(&verdicts, &serde_json::json!({}))
            .await
            .unwrap();
    }
    println!(
        "{engine}: {images} images with names and verdicts in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    pages(engine, store).await;
}

fn push(registry: &str, n: usize) -> (Image, ImageName) {
    let seen = now() + SignedDuration::from_secs(n as i64);
    let image = Image {
        digest: digest(n),
        platform: "linux/amd64".to_owned(),
        size: 50_000_000,
        layers: (0..8)
            .map(|layer| {
                digest(if layer < 5 {
                    n % 50 * 10 + layer
                } else {
                    n * 10 + layer
                })
            })
            .collect(),
        base: Some(digest(n % 50)),
        first_seen: seen,
        last_seen: seen,
    };
    let name = ImageName {
        registry_id: registry.to_owned(),
        repository: format!("team{}/service{}", n % 40, n % 1000),
        tag: format!("v{}", n / 1000),
        digest: image.digest.clone(),
        pushed_at: seen,
        replaced_at: None,
    };
    (image, name)
}

fn verdict(n: usize) -> Verdict {
    Verdict {
        digest: digest(n),
        environment: "production".to_owned(),
        state: VerdictState::ALL[n % 100 / 60 + usize::from(n.is_multiple_of(1000)) * 2],
        counts: Counts {
            critical: (n % 7) as u64,
            high: (n % 31) as u64,
            ..Counts::default()
        },
        reasons: "[]".to_owned(),
        report: Some(digest(n)),
        policy_generation: 1,
        snapshot: digest(1),
        snapshot_at: now(),
        decided_at: now() + SignedDuration::from_secs(n as i64),
    }
}

async fn pages(engine: &str, store: &Store) {
    let filters = [
        ("newest", ImageFilter::default()),
        (
            "one repository",
            ImageFilter {
                repository: Some("team7/service47".to_owned()),
                ..ImageFilter::default()
            },
        ),
        (
            "search, common",
            ImageFilter {
                search: Some("service1".to_owned()),
                ..ImageFilter::default()
            },
        ),
        (
            "search, nothing",
            ImageFilter {
                search: Some("no such".to_owned()),
                ..ImageFilter::default()
            },
        ),
        (
            "digest",
            ImageFilter {
                search: Some(digest(77)[..20].to_owned()),
                ..ImageFilter::default()
            },
        ),
    ];
    for (what, filter) in filters {
        let mut times = Vec::new();
        let mut paging = Paging::first(100);
        for _ in 0..100 {
            let start = Instant::now();
            let page = store.images(&filter, &paging).await.unwrap();
            times.push(start.elapsed());
            paging.after = page.next;
        }
        print(engine, &format!("images, {what}"), times);
    }
    let verdicts = [
        (
            "blocked",
            VerdictFilter {
                state: Some(VerdictState::Hold),
                ..VerdictFilter::default()
            },
        ),
        (
            "worst",
            VerdictFilter {
                environment: Some("production".to_owned()),
                ..VerdictFilter::default()
            },
        ),
    ];
    for (what, filter) in verdicts {
        let mut times = Vec::new();
        let mut paging = Paging::first(100);
        for _ in 0..100 {
            let start = Instant::now();
            let page = store.verdicts(&filter, &paging).await.unwrap();
            times.push(start.elapsed());
            paging.after = page.next;
        }
        print(engine, &format!("verdicts, {what}"), times);
    }
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        store.verdict_counts().await.unwrap();
        times.push(start.elapsed());
    }
    print(engine, "verdict counts", times);
}

fn print(engine: &str, what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at =
        |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "{engine}: {what}: p50 {:.1} ms, p99 {:.1} ms",
        at(50),
        at(99)
    );
}

async fn content(engine: &str, store: &Store, images: usize) {
    let start = Instant::now();
    let component = |name: String| NewComponent {
        keys: vec![name.clone()],
        purl: format!("pkg:deb/debian/{name}"),
    };
    for n in 0..images {
        let base = (0..120)
            .map(|c| component(format!("base{}-{c}", n % 50)))
            .collect();
        let app = (0..80)
            .map(|c| component(format!("app{}-{}", n % 1000, c + n / 1000 % 5)))
            .collect();
        let own = vec![component(format!("own{n}"))];
        let content = NewContent {
            digest: digest(n),
            inventory: digest(n),
            class: digest(n),
            revision: "1".to_owned(),
            gaps: 0,
            parts: vec![base, app, own],
            indexed_at: now(),
        };
        store.put_content(&content).await.unwrap();
    }
    println!(
        "{engine}: {images} contents of 201 components in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let keys: Vec<String> = (0..500)
        .map(|n| format!("base{}-{}", n % 50, n % 120))
        .collect();
    let start = Instant::now();
    let touched = store.components_by_keys(&keys).await.unwrap();
    let ids: Vec<i64> = touched.iter().map(|component| component.id).collect();
    let affected = store.all_images_with(&ids).await.unwrap();
    println!(
        "{engine}: 500 keys: {} components, {} images in {:.0} ms",
        ids.len(),
        affected.len(),
        start.elapsed().as_secs_f64() * 1000.0
    );
}
