//! Images are looked at, and newer databases come, while a re-match is under way: in the end
//! everything is as a report by the newest says.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lazaret_advisory::build::{BuildOptions, build_to};
use lazaret_control::written::content;
use lazaret_model::Inventory;
use lazaret_store::Store;
use lazaret_testkit::image::Numbers;
use lazaret_testkit::postgres::Postgres;
use serde_json::json;

use crate::centre::{Centre, settings};
use crate::delta::{metric, until};
use crate::fleet::{decided_as_a_centre_does, made};
use crate::stage::{IMAGES, Stage, store, watch};

/// Images beside those that are looked at.
const MADE: usize = 100;

const ROUNDS: u32 = 3;

/// Writes a database in which many images have something, and each day something else.
fn database(file: &Path, day: u32) {
    let feeds = tempfile::tempdir().expect("a directory");
    let packages = ["lodash", "express", "axios", "left-pad-9", "left-pad-20"];
    for (number, name) in packages.iter().enumerate() {
        let id = format!("GHSA-aaaa-bbbb-{number:04}");
        let is_grave = (day as usize + number).is_multiple_of(2);
        let record = json!({
            "id": id,
            "modified": format!("2026-11-{day:02}T00:00:00Z"),
            "published": "2026-01-01T00:00:00Z",
            "summary": format!("as of day {day}"),
            "severity": [{"type": "CVSS_V3", "score": match is_grave {
                true => "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                false => "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N",
            }}],
            "affected": [{
                "package": {"ecosystem": "npm", "name": name},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"},
                    {"fixed": format!("4.17.{}", 2 + u64::from(day) * 3)}]}],
            }],
        });
        let path = feeds.path().join(format!("{id}.json"));
        std::fs::write(path, record.to_string()).expect("written");
    }
    let source = format!("osv={}", feeds.path().display());
    let source = source.parse().expect("a source");
    build_to(file, &[source], &BuildOptions::default(), &mut |_| {}).expect("a database");
}

/// Makes an image one that was looked at an hour ago, so that it is decided on in parts.
async fn age(store: &Store, digest: &str) {
    let known = store.content(digest).await.expect("read").expect("there");
    let bytes = store.blob(&known.inventory).await.expect("a blob");
    let inventory: Inventory = serde_json::from_slice(&bytes).expect("an inventory");
    let footings = store.footings_of(&[digest.to_owned()]).await.expect("read");
    let shell = footings[0].shell.expect("a shell");
    let body = store.shells(&[shell]).await.expect("read").remove(0).1;
    let ago = Timestamp::now() - SignedDuration::from_hours(1);
    let aged = content(digest, &known.inventory, &inventory, ago);
    store.put_content(&aged).await.expect("put");
    let of = store.contents_of(&[digest.to_owned()]).await.expect("read");
    let hash = known.shell.expect("a shell");
    store.set_shell(&of, &hash, &body).await.expect("set");
}

/// Has every image of the stage looked at, one after the other at different moments.
async fn look(centre: &Centre, stage: &Stage, registry: &str, numbers: &mut Numbers) {
    for push in 0..IMAGES {
        tokio::time::sleep(Duration::from_millis(numbers.below(1500))).await;
        let scan = json!({"registry": registry, "repository": "team/app",
            "reference": stage.digest(push)});
        let (status, made) = centre.post("/api/v1/scans", scan).await;
        assert!((200..300).contains(&status), "{made}");
    }
}

async fn raced(database_url: Option<String>) {
    let data = tempfile::tempdir().expect("a directory");
    let file = data.path().join("advisories.db");
    database(&file, 1);
    let wanted = made::Wanted {
        data: data.path().to_owned(),
        images: MADE,
        advisories: Some(file.clone()),
        database: database_url.clone(),
        ..made::Wanted::default()
    };
    let made = made::fleet(&wanted, Timestamp::now()).await;
    made.expect("a fleet is made");
    let store = store(data.path(), database_url.as_deref()).await;
    let token = std::fs::read_to_string(data.path().join("token")).expect("a token");
    let mut settings = settings(&data);
    settings.advisories = Some(file.clone());
    settings.database = database_url;
    let mut centre = Centre::with(settings, data).await;
    centre.admin = token;
    let stage = Stage::new();
    let watched = watch(&centre, &stage, json!({})).await;
    let all: Vec<usize> = (0..IMAGES).collect();
    stage.tell(std::slice::from_ref(&watched), all.len()).await;
    let scanned = async || {
        let digests: Vec<String> = all
            .iter()
            .map(|&push| stage.digest(push).to_owned())
            .collect();
        let known = store.footings_of(&digests).await.expect("read");
        known.len() == IMAGES && known.iter().all(|footing| footing.shell.is_some())
    };
    until("the images are looked at", scanned).await;

    let (mut numbers, mut news) = (Numbers::new(5), 0.0);
    let next = file.with_extension("next");
    for round in 0..ROUNDS {
        for push in &all {
            age(&store, stage.digest(*push)).await;
        }
        let come = async {
            // The second while the first is decided on.
            for more in 0..2 {
                database(&next, 2 + 2 * round + more);
                let digest = lazaret_advisory::Db::open(&next).expect("a database");
                let digest = digest.digest().to_string();
                std::fs::rename(&next, &file).expect("renamed");
                news += 1.0;
                until("the news is decided by", async || {
                    let page = centre.get("/api/v1/images?limit=5").await.1;
                    let items = page["items"].as_array().cloned().unwrap_or_default();
                    for item in items {
                        let path = format!(
                            "/api/v1/images/{}",
                            item["digest"].as_str().unwrap_or_default()
                        );
                        let image = centre.get(&path).await.1;
                        if image["verdicts"][0]["advisories"] == *digest {
                            return true;
                        }
                    }
                    false
                })
                .await;
            }
        };
        tokio::join!(come, look(&centre, &stage, &watched.id, &mut numbers));
        until("the last is decided on", async || {
            metric(&centre, "lazaret_rematches_total ").await >= news
        })
        .await;
        idle_scans(&centre).await;
        let (_, page) = centre.get("/api/v1/images?limit=500").await;
        let items = page["items"].as_array().expect("items");
        assert_eq!(items.len(), MADE + IMAGES);
        for item in items {
            decided_as_a_centre_does(&centre, item["digest"].as_str().expect("a digest")).await;
        }
    }
    assert!(metric(&centre, "lazaret_rematched_images_total ").await > 0.0);
}

/// Until no look at an image waits or runs; what the made fleet has waiting is for edges.
async fn idle_scans(centre: &Centre) {
    until("the looks are done", async || {
        let (_, jobs) = centre.get("/api/v1/jobs?pool=centre&limit=500").await;
        jobs["items"] == json!([])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_and_newer_databases_in_the_middle_of_a_rematch() {
    raced(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgresql() {
    let Some(server) = Postgres::start() else {
        return;
    };
    if let Some(database) = server.database() {
        raced(Some(database)).await;
    }
}
