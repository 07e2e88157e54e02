//! A centre that is killed at any moment of a thousand jobs.

use std::time::Duration;

use lazaret_testkit::postgres::Postgres;
use serde_json::json;

use crate::centre::Centre;
use crate::peers::free;
use crate::stage::{Process, Stage, answers, idle, store, watch};

const PUSHES: usize = 1000;
const KILLS: u64 = 12;

async fn killed(database: Option<&str>) {
    let stage = Stage::new();
    let (data, host) = (tempfile::tempdir().expect("a directory"), free());
    let folder = data.path().to_owned();
    let process = Process {
        host: &host,
        data: folder.clone(),
        database,
        ..Process::default()
    };
    let mut child = process.start();
    let centre = Centre::attached(&host, data).await;
    let watched = watch(&centre, &stage, json!({})).await;
    let told = async {
        stage.tell(std::slice::from_ref(&watched), PUSHES).await;
    };
    let killing = async {
        let mut random = 7_u64;
        for _ in 0..KILLS {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            tokio::time::sleep(Duration::from_millis(200 + (random >> 33) % 1200)).await;
            child.kill();
            child = process.start();
            answers(&centre).await;
        }
    };
    tokio::join!(told, killing);
    // What was in the hands of a dead centre comes again after its lease and a pause.
    idle(&centre, Duration::from_secs(300)).await;
    let store = store(&folder, database).await;
    let counts = store.done_counts().await.expect("counted");
    // A start looks for images without a shell, which one is that was killed between the two,
    // and has them decided on in a job of its own.
    let again = counts.iter().find(|(kind, _)| kind == "rematch");
    let again = again.map_or(0, |(_, jobs)| *jobs);
    assert!(again <= KILLS, "one for each start at most: {counts:?}");
    let done = stage.check(&store, &watched.id, PUSHES).await;
    assert_eq!(
        done,
        PUSHES as u64 + again,
        "every job is done once: {counts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_that_is_killed_loses_nothing_and_decides_nothing_twice() {
    killed(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let database = postgres.database().expect("a database");
    killed(Some(&database)).await;
}
