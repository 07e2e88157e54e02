//! Processes killed, servers stopped, disks full.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{Done, JobFilter, Lease, NewJob, Paging, Settled, Store};
use lazaret_testkit::postgres::Postgres;
use lazaret_testkit::process;

use crate::support::{Fixture, at, both, by, open, options, sqlite_url};

const JOBS: usize = 1000;

/// A clock that runs twenty times as fast, the same in every process: leases end in time.
fn hurried(start: i64) -> Timestamp {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time")
        .as_micros();
    let passed = i64::try_from(now).expect("a time") - start;
    at(0) + SignedDuration::from_micros(passed * 20)
}

fn started() -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time")
        .as_micros();
    i64::try_from(now).expect("a time")
}

fn first(number: usize) -> NewJob {
    let keyed = number
        .is_multiple_of(4)
        .then(|| format!("k{}", number % 20));
    NewJob {
        max_attempts: 100,
        concurrency_key: keyed,
        ..NewJob::new("first", "eu", number.to_string(), at(0))
    }
}

fn lease(worker: &str) -> Lease {
    Lease {
        worker: worker.to_owned(),
        pools: vec!["eu".to_owned()],
        jobs: 20,
        units: None,
        ttl: SignedDuration::from_secs(40),
    }
}

/// Every first job brings a second one.
fn settle(job: lazaret_store::Leased) -> Done {
    let then = (job.kind == "first").then(|| NewJob {
        max_attempts: 100,
        ..NewJob::new("second", "eu", format!("after {}", job.payload), at(0))
    });
    Done {
        id: job.id,
        fence: job.fence,
        then: then.into_iter().collect(),
    }
}

/// Not a test by itself: the process that [`killed_workers_lose_nothing`] kills.
#[tokio::test]
#[ignore = "a helper that another test starts"]
async fn worker() {
    let Ok(database) = std::env::var("LAZARET_TEST_DATABASE") else {
        return;
    };
    let directory = std::env::var("LAZARET_TEST_DIRECTORY").expect("a directory");
    let start = std::env::var("LAZARET_TEST_START")
        .expect("a time")
        .parse()
        .expect("a number");
    let store = open(&database, Path::new(&directory)).await;
    let mut journal = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(Path::new(&directory).join("journal"))
        .expect("a journal");
    loop {
        let leased = store
            .lease(&lease("w"), hurried(start))
            .await
            .expect("leased");
        if leased.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut done = Vec::new();
        for job in leased {
            tokio::time::sleep(Duration::from_millis(1)).await;
            done.push(settle(job));
        }
        let answers = store
            .complete(&done, hurried(start))
            .await
            .expect("answered");
        for (done, answer) in done.iter().zip(answers) {
            if answer == Settled::Done {
                writeln!(journal, "{}", done.id).expect("written");
            }
        }
    }
}

fn spawn(fixture: &Fixture, start: i64) -> Child {
    let mut command = process::command(std::env::current_exe().expect("this program"));
    command
        .args(["--ignored", "--exact", "faults::worker"])
        .env("LAZARET_TEST_DATABASE", &fixture.database)
        .env("LAZARET_TEST_DIRECTORY", fixture.directory.path())
        .env("LAZARET_TEST_START", start.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    process::spawn(command).expect("a process")
}

async fn left(store: &Store) -> u64 {
    store
        .job_counts()
        .await
        .expect("counted")
        .iter()
        .map(|count| count.jobs)
        .sum()
}

both!(killed_workers_lose_nothing, |fixture| {
    let store = &fixture.store;
    let jobs: Vec<_> = (0..JOBS / 2).map(first).collect();
    let ids = store.enqueue(&jobs, at(0)).await.expect("taken in");
    let start = started();
    let mut workers: Vec<_> = (0..2).map(|_| spawn(&fixture, start)).collect();
    let (mut kills, mut random) = (0, 7_u64);
    let begun = Instant::now();
    while left(store).await > 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "{} left",
            left(store).await
        );
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        tokio::time::sleep(Duration::from_millis(100 + (random >> 33) % 300)).await;
        let which = usize::from((random >> 40) % 2 == 0);
        // SIGKILL, in the middle of whatever it does.
        workers[which].kill().expect("killed");
        workers[which].wait().expect("waited for");
        kills += 1;
        workers[which] = spawn(&fixture, start);
    }
    for worker in &mut workers {
        worker.kill().expect("killed");
        worker.wait().expect("waited for");
    }
    assert!(kills >= 3, "{kills} kills are no test");
    for id in &ids {
        assert!(
            store.job_finished(&id.id).await.expect("read").is_some(),
            "{} is lost",
            id.id
        );
    }
    // Every second job was taken in once, and done once: forgetting all gives their number.
    let journal = std::fs::read_to_string(fixture.directory.path().join("journal")).expect("read");
    let lines: Vec<&str> = journal.lines().collect();
    assert_eq!(
        lines.iter().collect::<HashSet<_>>().len(),
        lines.len(),
        "something twice"
    );
    assert_eq!(
        store.prune_done(at(1_000_000)).await.expect("pruned"),
        JOBS as u64
    );
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_server_loses_nothing() {
    let Some(postgres) = Postgres::with(&[]) else {
        return;
    };
    let Some(database) = postgres.database() else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let mut options = options(&database, directory.path());
    options.wait = Duration::from_secs(2);
    let store = Store::open(&options).await.expect("the store opens");
    let start = started();
    let jobs: Vec<_> = (0..JOBS / 2).map(first).collect();
    store.enqueue(&jobs, at(0)).await.expect("taken in");
    let workers: Vec<_> = (0..3)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { work_through(&store, &format!("w{number}"), start).await })
        })
        .collect();
    for crash in [false, true, false, true] {
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert!(if crash {
            postgres.kill()
        } else {
            postgres.stop()
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(postgres.resume());
    }
    let (mut heard, mut busy) = (Vec::new(), 0);
    for worker in workers {
        let (mine, refused) = worker.await.expect("a worker");
        heard.extend(mine);
        busy += refused;
    }
    assert!(busy > 0, "nobody noticed");
    assert_eq!(
        heard.iter().collect::<HashSet<_>>().len(),
        heard.len(),
        "something twice"
    );
    assert_eq!(
        store.prune_done(at(1_000_000)).await.expect("pruned"),
        JOBS as u64
    );
    assert!(
        store
            .jobs(&JobFilter::default(), &Paging::default())
            .await
            .expect("page")
            .items
            .is_empty()
    );
    store.close().await;
}

/// Works until nothing is left; what it completed, and how often it had to ask again.
async fn work_through(store: &Store, worker: &str, start: i64) -> (Vec<String>, usize) {
    let (mut heard, mut busy) = (Vec::new(), 0);
    loop {
        let leased = match store.lease(&lease(worker), hurried(start)).await {
            Ok(leased) => leased,
            Err(error) => {
                assert!(error.is_transient(), "{error}");
                busy += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        if leased.is_empty() {
            match store.job_counts().await {
                Ok(counts) if counts.is_empty() => return (heard, busy),
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            continue;
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
        let done: Vec<_> = leased.into_iter().map(settle).collect();
        loop {
            match store.complete(&done, hurried(start)).await {
                Ok(answers) => {
                    let good = done
                        .iter()
                        .zip(answers)
                        .filter(|(_, answer)| *answer == Settled::Done);
                    heard.extend(good.map(|(done, _)| done.id.clone()));
                    break;
                }
                Err(error) => {
                    assert!(error.is_transient(), "{error}");
                    busy += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

/// A small file system of its own.
struct Tmpfs(tempfile::TempDir);

impl Tmpfs {
    fn mount(size: &str) -> Option<Tmpfs> {
        let directory = tempfile::tempdir().ok()?;
        let tmpfs = Tmpfs(directory);
        tmpfs
            .run(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .then_some(tmpfs)
    }

    fn grow(&self, size: &str) -> bool {
        self.run(&["-o", &format!("remount,size={size}")])
    }

    fn run(&self, args: &[&str]) -> bool {
        let mut command = Command::new("mount");
        command.args(args).arg(self.0.path()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .stderr(Stdio::null())
            .status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_forgets_nothing() {
    let Some(disk) = Tmpfs::mount("4m") else {
        #[allow(clippy::print_stderr)] // It is for whoever reads the test's output.
        {
            eprintln!("skipped: a file system cannot be mounted here");
        }
        return;
    };
    let store = open(&sqlite_url(&disk.0), disk.0.path()).await;
    let (mut taken, mut refused) = (0_u64, None);
    for number in 0..200 {
        let jobs: Vec<_> = (0..20)
            .map(|_| NewJob::new("x", "eu", "y".repeat(4000), at(number)))
            .collect();
        match store.enqueue(&jobs, at(number)).await {
            Ok(_) => taken += 20,
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
        let (by, details) = (by("anna"), serde_json::json!({}));
        if let Err(error) = store.append_audit(&by, "test", "x", &details).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("4 MiB are full before 16 MB are stored");
    assert!(refused.is_transient(), "{refused}");
    assert_eq!(left(&store).await, taken, "all of a batch or nothing");
    let blob = store
        .put_blob(
            (0..3_000_000_u32)
                .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect(),
            at(0),
        )
        .await;
    assert!(
        blob.as_ref().is_err_and(lazaret_store::Error::is_transient),
        "{blob:?}"
    );
    store.verify_audit().await.expect("holds");
    assert!(disk.grow("64m"));
    store
        .enqueue(&[NewJob::new("x", "eu", "y".repeat(4000), at(0))], at(0))
        .await
        .expect("taken in");
    assert_eq!(left(&store).await, taken + 1);
    store.close().await;
}
