//! Two centres on equal fleets: one decides on what a newer database changes, the other on
//! everything, by the inventories. States become others and again what they were; what is
//! stored, what receivers are told and what runs has to be the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use jiff::Timestamp;
use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, build_to};
use lazaret_testkit::postgres::Postgres;
use serde_json::{Value, json};

use crate::centre::{Centre, settings_in};
use crate::delta::{decided, metric, until};
use crate::fleet::made;

const IMAGES: usize = 100;

/// A critical advisory, with a fix, of a package of most made images.
const GRAVE: [(&str, &str, &str, &str); 2] = [
    ("GHSA-aaaa-bbbb-0001", "npm", "lodash", "4.17.99"),
    ("DEBIAN-CVE-2026-0002", "Debian:12", "openssl", "1.99.1-2"),
];

/// Writes a database as of that day; grave ones are in it on some days.
fn database(file: &Path, day: u32, grave: usize) {
    let feeds = tempfile::tempdir().expect("a directory");
    let write = |id: &str, ecosystem: &str, name: &str, fixed: &str, vector: &str| {
        let kind = match ecosystem {
            "npm" => "SEMVER",
            _ => "ECOSYSTEM",
        };
        let record = json!({
            "id": id,
            "modified": format!("2026-11-{day:02}T00:00:00Z"),
            "published": "2026-01-01T00:00:00Z",
            "summary": id,
            "severity": [{"type": "CVSS_V3", "score": vector}],
            "affected": [{
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }],
        });
        let path = feeds.path().join(format!("{id}.json"));
        std::fs::write(path, record.to_string()).expect("written");
    };
    let mild = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
    write("GHSA-aaaa-bbbb-0009", "npm", "axios", "4.17.99", mild);
    write(
        "DEBIAN-CVE-2026-0009",
        "Debian:12",
        "zlib",
        "1.99.1-2",
        mild,
    );
    for (id, ecosystem, name, fixed) in GRAVE.iter().take(grave) {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        write(id, ecosystem, name, fixed, vector);
    }
    let source = format!("osv={}", feeds.path().display());
    let source = source.parse().expect("a source");
    build_to(file, &[source], &BuildOptions::default(), &mut |_| {}).expect("a database");
}

type Heard = Arc<Mutex<Vec<Value>>>;

async fn hear(State(heard): State<Heard>, body: Bytes) {
    let notice = serde_json::from_slice(&body).expect("a notice");
    heard.lock().expect("nobody panicked").push(notice);
}

/// A fleet with a centre of its own, and somebody who is told of everything.
struct Twin {
    made: Timestamp,
    data: tempfile::TempDir,
    database: Option<String>,
    heard: Heard,
    centre: Option<Centre>,
}

impl Twin {
    async fn new(now: Timestamp, database: Option<String>) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let file = data.path().join("advisories.db");
        self::database(&file, 1, 0);
        let wanted = made::Wanted {
            data: data.path().to_owned(),
            images: IMAGES,
            advisories: Some(file),
            database: database.clone(),
            ..made::Wanted::default()
        };
        made::fleet(&wanted, now).await.expect("a fleet is made");
        let heard = Heard::default();
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let socket = socket.expect("a port");
        let address = socket.local_addr().expect("an address");
        let router = Router::new().route("/", post(hear));
        let router = router.with_state(Arc::clone(&heard));
        tokio::spawn(async move { axum::serve(socket, router).await });
        std::fs::write(data.path().join("secret"), "s3cret\n").expect("written");
        let yaml = format!(
            "receivers:\n  - name: hook\n    kind: webhook\n    url: http://{address}/\n    \
             secret_file: secret\n    events: [\"verdict.*\", \"hold.*\"]\n"
        );
        std::fs::write(data.path().join("notify.yaml"), yaml).expect("written");
        Self {
            made: now,
            data,
            database,
            heard,
            centre: None,
        }
    }

    async fn start(&mut self) {
        let mut settings = settings_in(self.data.path());
        settings.advisories = Some(self.data.path().join("advisories.db"));
        settings.notify = Some(self.data.path().join("notify.yaml"));
        settings.database.clone_from(&self.database);
        let elsewhere = tempfile::tempdir().expect("a directory");
        let mut centre = Centre::with(settings, elsewhere).await;
        let token = std::fs::read_to_string(self.data.path().join("token"));
        centre.admin = token.expect("a token");
        self.centre = Some(centre);
        // The first start of a day has everything decided on once.
        until("the day is decided on", async || {
            let decided = verdicts(self.centre()).await;
            decided.values().all(|verdict| verdict.at > self.made)
        })
        .await;
    }

    /// Ends the centre, and waits until it has ended.
    async fn stop(&mut self) {
        let Some(centre) = self.centre.take() else {
            return;
        };
        let address = centre.base.replace("http://", "");
        drop(centre);
        until("the centre ends", async || {
            tokio::net::TcpStream::connect(&address).await.is_err()
        })
        .await;
        // What looks for news every few seconds ends with it.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    fn centre(&self) -> &Centre {
        self.centre.as_ref().expect("it runs")
    }

    /// The news: other advisories, as of that day.
    fn news(&self, day: u32, grave: usize) {
        let file = self.data.path().join("advisories.db");
        let next = self.data.path().join("next.db");
        database(&next, day, grave);
        std::fs::rename(next, file).expect("renamed");
    }

    /// Until every verdict is by the database of now.
    async fn all_decided(&self) {
        let file = self.data.path().join("advisories.db");
        let now = Db::open(&file).expect("a database").digest().to_string();
        until("everything is decided on", async || {
            let verdicts = verdicts(self.centre()).await;
            verdicts.values().all(|verdict| verdict.by == now)
        })
        .await;
    }

    /// What changed, each time that it did.
    async fn changes(&self) -> BTreeMap<String, usize> {
        let (mut all, mut path) = (
            BTreeMap::new(),
            "/api/v1/verdict-changes?limit=500".to_owned(),
        );
        loop {
            let (status, page) = self.centre().get(&path).await;
            assert_eq!(status, 200, "{page}");
            for change in page["items"].as_array().expect("items") {
                let told = ["digest", "environment", "before", "after"].map(|n| &change[n]);
                *all.entry(format!("{told:?}")).or_default() += 1;
            }
            let Some(next) = page["next"].as_str() else {
                return all;
            };
            path = format!("/api/v1/verdict-changes?limit=500&cursor={next}");
        }
    }

    /// What the receiver was told, without times and ids.
    fn told(&self) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        let mut known = BTreeSet::new();
        for notice in self.heard.lock().expect("nobody panicked").iter() {
            // One that a centre has stopped in the middle of is told once more.
            if !known.insert(notice["id"].to_string()) {
                continue;
            }
            let data = &notice["data"];
            let told = [
                &notice["event"],
                &notice["title"],
                &data["environment"],
                &data["before"],
                &data["after"],
                &data["cause"],
                &data["state"],
            ];
            *all.entry(format!("{told:?}")).or_default() += 1;
        }
        all
    }

    /// Images that run, with the workloads and what follows.
    async fn running(&self) -> BTreeSet<String> {
        let (status, page) = self
            .centre()
            .get("/api/v1/images?running=true&limit=500")
            .await;
        assert_eq!(status, 200, "{page}");
        let mut running = BTreeSet::new();
        for item in page["items"].as_array().expect("items") {
            let digest = item["digest"].as_str().expect("a digest");
            let (_, image) = self.centre().get(&format!("/api/v1/images/{digest}")).await;
            for workload in image["workloads"].as_array().expect("workloads") {
                let place = ["cluster", "namespace", "name"].map(|n| &workload[n]);
                let outcome = image["verdicts"][0]["outcome"].as_str();
                running.insert(format!("{digest} {place:?} {outcome:?}"));
            }
        }
        running
    }
}

/// What follows for an image, by which database, and when that was decided.
struct Verdict {
    outcome: String,
    by: String,
    at: Timestamp,
}

async fn verdicts(centre: &Centre) -> BTreeMap<String, Verdict> {
    let (status, page) = centre.get("/api/v1/images?limit=500").await;
    assert_eq!(status, 200, "{page}");
    let mut all = BTreeMap::new();
    for item in page["items"].as_array().expect("items") {
        let digest = item["digest"].as_str().expect("a digest");
        let (_, image) = centre.get(&format!("/api/v1/images/{digest}")).await;
        let verdict = &image["verdicts"][0];
        let text = |name: &str| verdict[name].as_str().unwrap_or_default().to_owned();
        let at = text("decided_at").parse().expect("a time");
        let (outcome, by) = (text("outcome"), text("advisories"));
        all.insert(digest.to_owned(), Verdict { outcome, by, at });
    }
    all
}

async fn alike(one: &Twin, other: &Twin) {
    let (left, right) = (decided(one.centre()).await, decided(other.centre()).await);
    assert_eq!(left.len(), IMAGES);
    for (digest, told) in &left {
        assert_eq!(told, &right[digest], "{digest}");
    }
    assert_eq!(one.running().await, other.running().await);
    assert_eq!(one.changes().await, other.changes().await);
    let end = Instant::now() + Duration::from_secs(60);
    while one.told() != other.told() {
        let (one, other) = (one.told(), other.told());
        assert!(Instant::now() < end, "{one:#?}\n{other:#?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn states_change_and_change_back(one: Option<String>, other: Option<String>) {
    let now = Timestamp::now();
    let mut delta = Twin::new(now, one).await;
    let mut whole = Twin::new(now, other).await;
    delta.start().await;
    whole.start().await;
    let before = verdicts(delta.centre()).await;
    for (round, grave) in [(1, 2), (2, 1), (3, 0)] {
        delta.news(1 + round, grave);
        until("the delta is decided on", async || {
            metric(delta.centre(), "lazaret_rematches_total ").await >= f64::from(round)
        })
        .await;
        let left = metric(delta.centre(), "lazaret_rematched_whole_total ").await;
        assert_eq!(left, 0.0, "in parts");
        // The other one sleeps through the news, and then decides on everything.
        whole.stop().await;
        whole.news(1 + round, grave);
        whole.start().await;
        whole.all_decided().await;
        alike(&delta, &whole).await;
        let after = verdicts(delta.centre()).await;
        let changed = after
            .iter()
            .filter(|(digest, now)| now.outcome != before[*digest].outcome);
        let changed = changed.count();
        match grave {
            0 => assert_eq!(changed, 0, "as it was"),
            _ => assert!(changed > IMAGES / 4, "{changed} became others"),
        }
    }
    assert!(!delta.told().is_empty(), "somebody was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn states_become_others_and_again_what_they_were() {
    states_change_and_change_back(None, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let Some(server) = Postgres::start() else {
        return;
    };
    let (one, other) = (server.database(), server.database());
    if one.is_some() && other.is_some() {
        states_change_and_change_back(one, other).await;
    }
}
