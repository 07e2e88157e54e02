//! Two centres on one database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use lazaret_store::{AuditFilter, By, HoldKey, Move, Paging};
use lazaret_testkit::postgres::Postgres;
use serde_json::{Value, json};

use crate::centre::{Centre, settings, settings_in};
use crate::peers::free;
use crate::stage::{IMAGES, Process, Stage, Watched, idle, store, watch};

const PUSHES: usize = 400;

/// How often which event was heard.
type Heard = Arc<Mutex<BTreeMap<String, usize>>>;

/// A receiver that refuses every third time.
async fn hear(State(heard): State<Heard>, body: axum::Json<Value>) -> StatusCode {
    let mut heard = heard.lock().expect("no panic");
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let times = heard.values().sum::<usize>();
    if times % 3 == 2 && !heard.contains_key(&id) {
        heard.insert(id, 0);
        // The next one is another number.
        heard
            .entry("refused".to_owned())
            .and_modify(|n| *n += 1)
            .or_insert(1);
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    *heard.entry(id).or_default() += 1;
    StatusCode::NO_CONTENT
}

async fn receiver() -> (Heard, String) {
    let heard = Heard::default();
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = socket.local_addr().expect("an address");
    let router = Router::new()
        .route("/hook", post(hear))
        .with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(socket, router).await });
    let yaml = format!(
        "receivers:\n  - name: hook\n    kind: webhook\n    url: http://{address}/hook\n    \
         secret_file: secret\n"
    );
    (heard, yaml)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_centres_do_everything_once() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let database = postgres.database().expect("a database");
    let stage = Stage::new();
    let path = stage.list(PUSHES);
    let data = tempfile::tempdir().expect("a directory");
    let folder = data.path().to_owned();
    let (heard, yaml) = receiver().await;
    std::fs::write(folder.join("secret"), "s3cret\n").expect("written");
    std::fs::write(folder.join("notify.yaml"), yaml).expect("written");
    let mut first = settings(&data);
    first.database = Some(database.clone());
    first.notify = Some(folder.join("notify.yaml"));
    let second = first.clone();
    let mut one = Centre::with(first, data).await;
    one.set_up().await;
    // The same folder of keys, as `docs/centre.md` says.
    let mut two = Centre::with(second, tempfile::tempdir().expect("a directory")).await;
    two.admin.clone_from(&one.admin);
    let scheduled = json!({"list_every_seconds": 2_592_000, "repositories": ["team/app"]});
    let watched = watch(&one, &stage, scheduled).await;
    let at_two = Watched {
        url: watched.url.replace(&one.base, &two.base),
        ..watched.clone()
    };
    let store = store(&folder, Some(&database)).await;
    let key = HoldKey {
        registry_id: watched.id.clone(),
        repository: "other".to_owned(),
        digest: format!("sha256:{:064x}", 7),
    };
    let now = Timestamp::now();
    let until = Some(now + SignedDuration::from_secs(4));
    let by = By::new("user:anna", now).because("for a moment");
    store
        .move_hold(&key, Move::Hold, until, true, &by)
        .await
        .expect("held");

    stage.tell(&[watched.clone(), at_two], PUSHES).await;
    idle(&one, Duration::from_secs(240)).await;
    // Both have looked at what is due twice.
    tokio::time::sleep(Duration::from_secs(11)).await;
    idle(&one, Duration::from_secs(60)).await;

    let requests = stage.registry.requests();
    let lists = requests
        .iter()
        .filter(|request| request.path == path)
        .count();
    assert_eq!(lists, 1, "the list that was due was made once");
    let filter = AuditFilter {
        object: Some(format!("image:{}/other@{}", watched.id, key.digest)),
        ..AuditFilter::default()
    };
    let entries = store
        .audit_page(&filter, &Paging::first(100))
        .await
        .expect("read");
    let actions: Vec<&str> = entries.items.iter().map(|e| e.action.as_str()).collect();
    assert_eq!(actions, ["hold.clear", "hold.held"]);
    let heard = heard.lock().expect("no panic").clone();
    let changes = store.hold_seq().await.expect("read") + IMAGES as i64;
    let events: Vec<_> = heard.iter().filter(|(id, _)| *id != "refused").collect();
    assert_eq!(
        events.len() as i64,
        changes,
        "each event is one, by its id: {heard:?}"
    );
    assert!(events.iter().all(|(_, times)| **times >= 1), "{heard:?}");
    stage.check(&store, &watched.id, PUSHES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_whose_clock_is_ahead_harms_nothing() {
    let there = std::process::Command::new("faketime")
        .arg("--version")
        .output();
    let (Some(postgres), true) = (Postgres::start(), there.is_ok()) else {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "skipped: no PostgreSQL, or no faketime");
        return;
    };
    let database = postgres.database().expect("a database");
    let stage = Stage::new();
    let (data, host) = (tempfile::tempdir().expect("a directory"), free());
    let folder = data.path().to_owned();
    // Five minutes: every lease of the other one has ended in its eyes.
    let process = Process {
        with: &["faketime", "--exclude-monotonic", "-f", "+5m"],
        host: &host,
        data: folder.clone(),
        database: Some(&database),
        ..Process::default()
    };
    let _running = process.start();
    let one = Centre::attached(&host, data).await;
    let mut settings = settings_in(&folder);
    settings.database = Some(database.clone());
    let mut two = Centre::with(settings, tempfile::tempdir().expect("a directory")).await;
    two.admin.clone_from(&one.admin);
    let watched = watch(&one, &stage, json!({})).await;
    let at_two = Watched {
        url: watched.url.replace(&one.base, &two.base),
        ..watched.clone()
    };
    stage.tell(&[watched.clone(), at_two], PUSHES).await;
    idle(&one, Duration::from_secs(240)).await;
    let store = store(&folder, Some(&database)).await;
    let done = stage.check(&store, &watched.id, PUSHES).await;
    assert_eq!(done, PUSHES as u64, "every job is done once");
}
