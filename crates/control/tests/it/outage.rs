//! Servers that stop under load, disks that are full.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lazaret_testkit::postgres::Postgres;
use reqwest::Method;
use serde_json::json;

use crate::centre::{Centre, settings, told};
use crate::stage::{Stage, idle, store, watch};

const PUSHES: usize = 400;

/// Statuses that were answered, each with the type of its body.
type Answers = Arc<Mutex<BTreeMap<(u16, String), usize>>>;

/// Asks for lists until it is told to stop.
fn load(centre: &Centre, answers: &Answers, stop: &Arc<AtomicBool>) {
    for path in ["/api/v1/images", "/api/v1/verdict-changes", "/api/v1/pools"] {
        let (answers, stop) = (Arc::clone(answers), Arc::clone(stop));
        let request = centre.as_token(&centre.admin, Method::GET, path);
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let request = request.try_clone().expect("no body");
                if let Ok(answer) = request.send().await {
                    let kind = answer.headers().get("content-type");
                    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
                    let key = (answer.status().as_u16(), kind.to_owned());
                    *answers.lock().expect("no panic").entry(key).or_default() += 1;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_may_stop_and_start_under_load() {
    // Durable, as it is run: it is killed, too.
    let Some(postgres) = Postgres::with(&[]) else {
        return;
    };
    let database = postgres.database().expect("a database");
    let stage = Stage::new();
    let data = tempfile::tempdir().expect("a directory");
    let folder = data.path().to_owned();
    let mut settings = settings(&data);
    settings.database = Some(database.clone());
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let watched = watch(&centre, &stage, json!({})).await;
    let (answers, stop) = (Answers::default(), Arc::new(AtomicBool::new(false)));
    load(&centre, &answers, &stop);

    let telling = async {
        stage.tell(std::slice::from_ref(&watched), PUSHES).await;
    };
    let outages = async {
        for (number, down) in [300, 1500, 100, 18_000].into_iter().enumerate() {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            let stopped = match number % 2 {
                0 => postgres.kill(),
                _ => postgres.stop(),
            };
            assert!(stopped, "it is down");
            if down > 10_000 {
                unanswered(&centre).await;
            }
            tokio::time::sleep(Duration::from_millis(down)).await;
            assert!(postgres.resume(), "it is up again");
        }
    };
    tokio::join!(telling, outages);
    idle(&centre, Duration::from_secs(240)).await;
    stop.store(true, Ordering::Relaxed);
    let answers = answers.lock().expect("no panic").clone();
    let good = (200, "application/json".to_owned());
    let busy = (503, "application/problem+json".to_owned());
    assert!(
        answers.contains_key(&good) && answers.contains_key(&busy),
        "{answers:?}"
    );
    assert!(
        answers
            .keys()
            .all(|answer| *answer == good || *answer == busy),
        "{answers:?}"
    );
    let store = store(&folder, Some(&database)).await;
    let done = stage.check(&store, &watched.id, PUSHES).await;
    assert_eq!(done, PUSHES as u64, "every job is done once");
}

/// While the database is away: the process lives, is not ready, and says so in its way.
async fn unanswered(centre: &Centre) {
    let asked = centre.bare(Method::GET, "/healthz").send().await;
    assert_eq!(asked.expect("an answer").status(), 200);
    let (status, problem) = centre.get("/api/v1/images").await;
    assert_eq!(status, 503, "{problem}");
    assert_eq!(problem["status"], 503, "{problem}");
    let asked = centre.bare(Method::GET, "/readyz").send().await;
    assert_eq!(asked.expect("an answer").status(), 503);
}

/// A small file system of its own, gone when dropped.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(megabytes: u32) -> Option<Self> {
        let place = tempfile::tempdir().expect("a directory");
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(place.path())
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "skipped: nothing can be mounted here");
            return None;
        }
        Some(Self(place))
    }

    /// Writes until nothing more fits.
    fn fill(&self) -> std::path::PathBuf {
        use std::io::Write as _;
        let path = self.0.path().join("filler");
        let mut file = std::fs::File::create(&path).expect("made");
        for size in [64 << 10, 4 << 10, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let Some(small) = Small::mount(48) else {
        return;
    };
    let data = tempfile::tempdir_in(small.0.path()).expect("a directory");
    let folder = data.path().to_owned();
    let stage = Stage::new();
    let settings = settings(&data);
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let watched = watch(&centre, &stage, json!({})).await;
    stage.tell(std::slice::from_ref(&watched), 60).await;
    for _ in 0..3 {
        let filler = small.fill();
        let told = refused(&centre, &folder).await;
        assert!(told, "a full disk was not noticed");
        // Reading goes on.
        let (status, images) = centre.get("/api/v1/images").await;
        assert_eq!(status, 200, "{images}");
        std::fs::remove_file(filler).expect("removed");
        let end = Instant::now() + Duration::from_secs(30);
        while !named(&centre, "after").await {
            assert!(Instant::now() < end, "it does not recover");
        }
        stage.tell(std::slice::from_ref(&watched), 120).await;
    }
    idle(&centre, Duration::from_secs(240)).await;
    let store = store(&folder, None).await;
    stage.check(&store, &watched.id, 120).await;
}

/// Whether a token could be made.
async fn named(centre: &Centre, name: &str) -> bool {
    let body = json!({"name": name, "role": "viewer"});
    let asked = centre.as_token(&centre.admin, Method::POST, "/api/v1/tokens");
    let answer = asked.json(&body).send().await.expect("an answer");
    let (status, body) = told(answer).await;
    assert!(status == 201 || status == 503, "{status}: {body}");
    status == 201
}

/// Changes until one is refused, as it must be.
async fn refused(centre: &Centre, data: &Path) -> bool {
    // What is in the log of SQLite has its place already; much of it must be written.
    for number in 0..3000 {
        if !named(centre, &format!("{} {number}", data.display())).await {
            return true;
        }
    }
    false
}
