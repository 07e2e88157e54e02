//! What tests of faults have in common: a registry that outlives the centre, pushes in it, and
//! a centre in a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use lazaret_control::serve;
use lazaret_store::{Paging, Store, StoreOptions};
use lazaret_testkit::image::{Layer, index};
use lazaret_testkit::process;
use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::centre::{Centre, settings_in};

/// Different images; tags point at them in turn.
pub(crate) const IMAGES: usize = 8;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A registry with images, and the events that tell of pushes.
pub(crate) struct Stage {
    pub(crate) registry: LoopbackRegistry,
    digests: Vec<String>,
    manifests: Vec<Vec<u8>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let layout = tempfile::tempdir().expect("a directory");
        let images = (0..IMAGES).map(|number| {
            let mut layer =
                Layer::begin(layout.path(), &format!("layer {number}")).expect("a layer");
            let package = format!(r#"{{"name": "lodash", "version": "4.17.{number}"}}"#);
            let path = "app/node_modules/lodash/package.json";
            layer
                .file(path, 0o644, package.as_bytes())
                .expect("written");
            (format!("i{number}"), vec![layer.end().expect("written")])
        });
        index(layout.path(), &images.collect::<Vec<_>>()).expect("written");
        let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
        let blobs = std::fs::read_dir(layout.path().join("blobs/sha256")).expect("blobs");
        for blob in blobs {
            let bytes = std::fs::read(blob.expect("a blob").path()).expect("read");
            registry.blob("team/app", &bytes);
        }
        let text = std::fs::read(layout.path().join("index.json")).expect("an index");
        let list: Value = serde_json::from_slice(&text).expect("JSON");
        let manifests = list["manifests"].as_array().expect("manifests").iter();
        let digests: Vec<String> = manifests
            .map(|manifest| manifest["digest"].as_str().expect("a digest").to_owned())
            .collect();
        let mut texts = Vec::new();
        for digest in &digests {
            let file = layout.path().join("blobs").join(digest.replace(':', "/"));
            let bytes = std::fs::read(file).expect("a manifest");
            registry.manifest("team/app", digest, MANIFEST, &bytes);
            texts.push(bytes);
        }
        Self {
            registry,
            digests,
            manifests: texts,
        }
    }

    /// Has the registry list the tags of that many pushes; where it is asked for them.
    pub(crate) fn list(&self, pushes: usize) -> &'static str {
        let tags: Vec<String> = (0..pushes).map(|number| format!("t{number}")).collect();
        for (number, tag) in tags.iter().enumerate() {
            let bytes = &self.manifests[number % IMAGES];
            self.registry.manifest("team/app", tag, MANIFEST, bytes);
        }
        let path = "/v2/team/app/tags/list?n=1000";
        let list = json!({"name": "team/app", "tags": tags}).to_string();
        let bytes = list.as_bytes();
        self.registry
            .put(path.to_owned(), "application/json", bytes);
        path
    }

    /// The event of a push, as Docker Distribution tells it.
    fn event(&self, number: usize) -> Value {
        json!({"action": "push", "target": {
            "mediaType": MANIFEST,
            "repository": "team/app",
            "tag": format!("t{number}"),
            "digest": self.digests[number % IMAGES],
        }})
    }

    /// Tells of pushes, each twenty at once, again until they are taken: as registries do.
    pub(crate) async fn tell(&self, to: &[Watched], pushes: usize) {
        let http = Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client");
        let all: Vec<usize> = (0..pushes).collect();
        for (number, part) in all.chunks(20).enumerate() {
            let events: Vec<Value> = part.iter().map(|&push| self.event(push)).collect();
            let to = &to[number % to.len()];
            let end = Instant::now() + Duration::from_secs(120);
            loop {
                let request = http.post(&to.url).bearer_auth(&to.secret);
                let told = request.json(&json!({ "events": events })).send().await;
                if told.is_ok_and(|told| told.status() == StatusCode::ACCEPTED) {
                    break;
                }
                assert!(Instant::now() < end, "the events are not taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// The image that a push brings.
    pub(crate) fn digest(&self, push: usize) -> &str {
        &self.digests[push % IMAGES]
    }

    /// That every push is known, once, and decided once; that nothing is left. The number of
    /// jobs that were done.
    pub(crate) async fn check(&self, store: &Store, registry: &str, pushes: usize) -> u64 {
        let (mut names, mut paging) = (Vec::new(), Paging::first(500));
        loop {
            let page = store
                .names_in(registry, "team/app", &paging)
                .await
                .expect("names");
            names.extend(page.items);
            let Some(next) = page.next else { break };
            paging.after = Some(next);
        }
        assert_eq!(names.len(), pushes, "tags");
        for name in names {
            let number: usize = name.tag[1..].parse().expect("a number");
            assert_eq!(name.digest, self.digests[number % IMAGES], "{}", name.tag);
        }
        let changes = store
            .verdict_changes(None, &Paging::first(500))
            .await
            .expect("read");
        assert_eq!(changes.items.len(), IMAGES, "each image is decided on once");
        store.verify_audit().await.expect("the log holds together");
        let events = IMAGES as i64 + store.hold_seq().await.expect("read");
        let far = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
        let done = store.prune_done(far).await.expect("counted");
        done - u64::try_from(events).expect("a count")
    }
}

/// Where a centre is told of pushes.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) secret: String,
}

/// Has a centre watch the registry of the stage.
pub(crate) async fn watch(centre: &Centre, stage: &Stage, more: Value) -> Watched {
    let mut new = json!({"name": "shop", "kind": "distribution", "environment": "prod",
        "url": format!("http://{}", stage.registry.host())});
    if let (Some(new), Some(more)) = (new.as_object_mut(), more.as_object()) {
        new.extend(more.clone());
    }
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    Watched {
        id: text("id"),
        url: format!("{}{}", centre.base, text("events_path")),
        secret: text("events_secret"),
    }
}

/// Until it answers again.
pub(crate) async fn answers(centre: &Centre) {
    let end = Instant::now() + Duration::from_secs(30);
    while Instant::now() < end {
        let asked = centre.bare(reqwest::Method::GET, "/readyz").send().await;
        if asked.is_ok_and(|answer| answer.status() == 200) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the centre does not come back");
}

/// Until a centre has nothing left to do.
pub(crate) async fn idle(centre: &Centre, within: Duration) {
    let end = Instant::now() + within;
    loop {
        let (status, jobs) = centre.get("/api/v1/jobs").await;
        if status == 200 && jobs["items"] == json!([]) {
            return;
        }
        assert!(Instant::now() < end, "something is left: {jobs}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The store of a centre, seen from beside it.
pub(crate) async fn store(data: &Path, database: Option<&str>) -> Store {
    let file = format!("sqlite:{}", data.join("lazaret.db").display());
    let database = database.map_or(file, str::to_owned);
    let blobs = data.join("blobs").display().to_string();
    let options = StoreOptions::new(database, blobs, jiff::Timestamp::now());
    Store::open(&options).await.expect("the store opens")
}

/// What tells this program to be a centre: address, data, database, blobs.
const BE: &str = "LAZARET_TEST_CENTRE";

/// The centre itself, where this program is started as one.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_a_centre() {
    let Ok(told) = std::env::var(BE) else { return };
    let told: Vec<&str> = told.split('|').collect();
    let mut settings = settings_in(Path::new(told[1]));
    told[0].clone_into(&mut settings.listen);
    let place = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    settings.database = place(told[2]);
    settings.blobs = place(told[3]);
    let served = serve(settings).await.expect("the centre starts");
    served.run(std::future::pending()).await;
}

/// A centre in a process of its own, killed when dropped, and when this process ends.
#[derive(Default)]
pub(crate) struct Process<'a> {
    /// `faketime` and its options; empty: by itself.
    pub(crate) with: &'a [&'a str],
    pub(crate) host: &'a str,
    pub(crate) data: PathBuf,
    pub(crate) database: Option<&'a str>,
    pub(crate) blobs: Option<&'a str>,
}

/// One that runs.
pub(crate) struct Running(Child);

impl Process<'_> {
    pub(crate) fn start(&self) -> Running {
        let own = std::env::current_exe().expect("this program");
        let mut command = match self.with {
            [] => process::command(own),
            [program, rest @ ..] => {
                let mut command = process::command(program);
                command.args(rest).arg(own);
                command
            }
        };
        let told = [
            self.host,
            &self.data.display().to_string(),
            self.database.unwrap_or_default(),
            self.blobs.unwrap_or_default(),
        ];
        command
            .args(["--exact", "stage::a_process_of_a_centre"])
            .env(BE, told.join("|"))
            // Any keys open the bucket of a test.
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Running(process::spawn(command).expect("started"))
    }
}

impl Running {
    /// SIGKILL, in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("waited for");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
