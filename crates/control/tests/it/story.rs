//! The whole story of an image, on what is embedded and on PostgreSQL with a bucket: pushed,
//! looked at, decided on, quarantined, let go by two people, and what gates are told of it.

use std::time::Duration;

use lazaret_control::keys::Keys;
use lazaret_testkit::bucket::Bucket;
use lazaret_testkit::postgres::Postgres;
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::Bundle;
use lazaret_wire::sign::Signed;
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, told};
use crate::holds::person;
use crate::peers::free;
use crate::stage::{Process, Stage, answers, idle, watch};

const STRICT: &str = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: strict\nrules:\n  \
    - name: known\n    description: known to be bad\n    each: finding\n    \
    when: finding.severity >= \"low\"\n    action: quarantine\n";

async fn story(database: Option<&str>, blobs: Option<&str>) {
    let stage = Stage::new();
    let (data, host) = (tempfile::tempdir().expect("a directory"), free());
    let folder = data.path().to_owned();
    let process = Process {
        host: &host,
        data: folder.clone(),
        database,
        blobs,
        ..Process::default()
    };
    let mut running = process.start();
    let centre = Centre::attached(&host, data).await;
    let watched = watch(&centre, &stage, json!({})).await;
    stage.tell(std::slice::from_ref(&watched), 1).await;
    idle(&centre, Duration::from_secs(120)).await;
    let digest = stage.digest(0).to_owned();
    let (status, image) = centre.get(&format!("/api/v1/images/{digest}")).await;
    assert_eq!(
        (status, &image["names"][0]["tag"]),
        (200, &json!("t0")),
        "{image}"
    );
    assert_eq!(image["verdicts"][0]["environment"], "prod", "{image}");

    let policy = json!({"text": STRICT, "reason": "a test"});
    let (status, set) = centre
        .call(Method::PUT, "/api/v1/policy", Some(policy))
        .await;
    assert_eq!(status, 200, "{set}");
    idle(&centre, Duration::from_secs(120)).await;
    let (_, holds) = centre.get("/api/v1/holds?state=quarantined").await;
    assert_eq!(holds["items"][0]["digest"], digest, "{holds}");
    let keys = Keys::open(&folder.join("keys")).expect("the keys");
    let gate = centre.token("edge").await;
    let bundle = async || -> Bundle {
        let asked = centre.as_token(&gate, Method::GET, "/edge/v1/bundle");
        let (status, signed) = told(asked.send().await.expect("an answer")).await;
        assert_eq!(status, 200, "{signed}");
        let signed: Signed = serde_json::from_value(signed).expect("signed");
        keys.bundle()
            .verifying()
            .open(&signed)
            .expect("by the centre")
    };
    let first = bundle().await;
    assert_eq!(first.verdicts.len(), 1, "{first:?}");
    assert_eq!(first.verdicts[0].state, HoldState::Quarantined);

    let ann = person(&centre, "ann", "analyst").await;
    let bob = person(&centre, "bob", "approver").await;
    let post = async |token: &str, path: &str, body: Value| {
        let asked = centre.as_token(token, Method::POST, path).json(&body);
        told(asked.send().await.expect("an answer")).await
    };
    let wish = json!({"registry": watched.id, "repository": "team/app", "digest": digest,
        "reason": "it is needed", "hours": 1});
    let (status, release) = post(&ann, "/api/v1/releases", wish).await;
    assert_eq!(status, 201, "{release}");
    let path = format!(
        "/api/v1/releases/{}/decision",
        release["id"].as_str().expect("an id")
    );
    let (status, decided) = post(&bob, &path, json!({"approve": true, "reason": "yes"})).await;
    assert_eq!(
        (status, &decided["state"]),
        (200, &json!("approved")),
        "{decided}"
    );
    let second = bundle().await;
    assert!(second.generation > first.generation);
    assert_eq!(second.verdicts[0].state, HoldState::Released);

    // All of it is where it was said to be, and is there again after a start.
    running.kill();
    let _running = process.start();
    answers(&centre).await;
    idle(&centre, Duration::from_secs(60)).await;
    assert_eq!(bundle().await.verdicts, second.verdicts);
    let path = format!("/api/v1/images/{digest}/inventory");
    let (status, inventory) = centre.get(&path).await;
    assert_eq!(
        (status, &inventory["packages"][0]["name"]),
        (200, &json!("lodash"))
    );
    let (status, verified) = centre.get("/api/v1/audit/verify").await;
    assert_eq!(status, 200, "{verified}");
    let embedded = folder.join("lazaret.db").exists() && folder.join("blobs").exists();
    assert_eq!(embedded, database.is_none(), "in {}", folder.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_of_an_image_on_what_is_embedded() {
    story(None, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_of_an_image_on_postgresql_and_a_bucket() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let Some(bucket) = Bucket::start() else {
        return;
    };
    let database = postgres.database().expect("a database");
    story(Some(&database), Some(&bucket.place("centre"))).await;
    let objects = bucket.objects();
    assert!(objects.contains("<Key>centre/"), "{objects}");
}
