//! Registries to stand before, gates to stand there, and images to pull.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lazaret_edge::gate::{Gate, GateSettings};
use lazaret_edge::verdict::{Book, FileSource, Placed, Source, Verdict, Verdicts, Wanted};
use lazaret_model::Digest;
use lazaret_testkit::process;
use lazaret_testkit::registry::digest_of;
use lazaret_wire::api::HoldState;
use tokio::sync::{oneshot, watch};

pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A gate that runs until it is dropped.
pub(crate) struct RunningGate {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) done: Option<tokio::task::JoinHandle<()>>,
}

impl RunningGate {
    pub(crate) async fn open(settings: GateSettings, source: Arc<dyn Source>) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let gate = Gate::bind(any, None, settings, source)
            .await
            .expect("a gate");
        let address = gate.address();
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(gate.run(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            stop: Some(stop),
            done: Some(done),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl Drop for RunningGate {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Verdicts that a test changes.
pub(crate) struct Told {
    books: watch::Sender<Arc<Book>>,
    pub(crate) wanted: Mutex<Vec<Wanted>>,
}

impl Told {
    pub(crate) fn new(verdicts: Verdicts) -> Arc<Self> {
        Arc::new(Self {
            books: watch::Sender::new(Arc::new(Book::new(verdicts, false))),
            wanted: Mutex::default(),
        })
    }

    pub(crate) fn tell(&self, verdicts: Verdicts) {
        self.books
            .send_replace(Arc::new(Book::new(verdicts, false)));
    }
}

impl Source for Told {
    fn books(&self) -> watch::Receiver<Arc<Book>> {
        self.books.subscribe()
    }

    fn want(&self, wanted: Wanted) {
        self.wanted.lock().expect("no panic").push(wanted);
    }

    fn trouble(&self) -> Option<String> {
        None
    }
}

pub(crate) fn nothing() -> Verdicts {
    Verdicts::new(1, jiff::Timestamp::now())
}

pub(crate) fn verdict(digest: &str, state: HoldState) -> Verdict {
    Verdict {
        digest: digest.parse().expect("a digest"),
        registry: None,
        repository: None,
        state,
        reason: Some("CVE-2026-0001 is critical, fixed in 2.0".to_owned()),
        link: Some("https://lazaret.example/holds/7".to_owned()),
        since: Some(jiff::Timestamp::now()),
        until: None,
        even_if_running: false,
    }
}

pub(crate) fn quarantined(digest: &str) -> Verdicts {
    let mut all = nothing();
    all.verdicts.push(verdict(digest, HoldState::Quarantined));
    all
}

pub(crate) fn placed(digest: &str) -> Placed {
    let digest: Digest = digest.parse().expect("a digest");
    Placed {
        digest,
        since: None,
        place: None,
    }
}

/// An image manifest that differs by `salt`; its configuration and layer are small blobs.
pub(crate) struct Image {
    pub(crate) manifest: Vec<u8>,
    pub(crate) digest: String,
    pub(crate) blobs: Vec<Vec<u8>>,
}

pub(crate) fn image(salt: &str) -> Image {
    image_of(salt, layer(salt.as_bytes()))
}

/// The same with a layer.
pub(crate) fn image_of(salt: &str, layer: Vec<u8>) -> Image {
    let config = serde_json::json!({
        "architecture": "amd64", "os": "linux", "config": { "Labels": { "salt": salt } },
        "rootfs": { "type": "layers", "diff_ids": [digest_of(&layer)] },
    });
    let config = serde_json::to_vec(&config).expect("JSON");
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest_of(&config), "size": config.len(),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": digest_of(&layer), "size": layer.len(),
        }],
    });
    let manifest = serde_json::to_vec(&manifest).expect("JSON");
    let digest = digest_of(&manifest);
    Image {
        manifest,
        digest,
        blobs: vec![config, layer],
    }
}

/// A tar of one file.
pub(crate) fn layer(content: &[u8]) -> Vec<u8> {
    let mut head = vec![0_u8; 512];
    head[..4].copy_from_slice(b"salt");
    head[100..108].copy_from_slice(b"0000644\0");
    head[108..116].copy_from_slice(b"0000000\0");
    head[116..124].copy_from_slice(b"0000000\0");
    head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    head[136..148].copy_from_slice(b"00000000000\0");
    head[156] = b'0';
    head[257..265].copy_from_slice(b"ustar\x0000");
    head[148..156].fill(b' ');
    let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut tar = head;
    tar.extend_from_slice(content);
    tar.resize(512 + content.len().div_ceil(512) * 512 + 1024, 0);
    tar
}

pub(crate) fn index(platforms: &[&Image]) -> Vec<u8> {
    let manifests: Vec<_> = platforms
        .iter()
        .map(|image| {
            serde_json::json!({
                "mediaType": OCI_MANIFEST, "digest": image.digest, "size": image.manifest.len(),
                "platform": { "architecture": "amd64", "os": "linux" },
            })
        })
        .collect();
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests,
    });
    serde_json::to_vec(&index).expect("JSON")
}

/// Docker's registry, as a process of its own; none where it is not installed.
pub(crate) struct DockerRegistry {
    pub(crate) host: String,
    process: Child,
    _directory: tempfile::TempDir,
}

impl DockerRegistry {
    pub(crate) fn start() -> Option<Self> {
        let found = Command::new("docker-registry").arg("--version").output();
        if found.is_err() {
            skipped("docker-registry is not installed");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let port = free_port();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\n  \
             delete: {{enabled: true}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n",
            directory.path().join("data").display()
        );
        let file = directory.path().join("config.yml");
        std::fs::write(&file, config).expect("written");
        let mut command = process::command("docker-registry");
        command
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = process::spawn(command).expect("started");
        let registry = Self {
            host: format!("127.0.0.1:{port}"),
            process,
            _directory: directory,
        };
        for _ in 0..200 {
            if std::net::TcpStream::connect(&registry.host).is_ok() {
                return Some(registry);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("docker-registry does not answer");
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Pushes an image as clients do, to `http://host`.
pub(crate) async fn push(host: &str, repository: &str, tag: &str, image: &Image) {
    let client = reqwest::Client::new();
    for blob in &image.blobs {
        push_blob(&client, host, repository, blob.clone()).await;
    }
    push_manifest(host, repository, tag, OCI_MANIFEST, &image.manifest).await;
}

pub(crate) async fn push_blob(
    client: &reqwest::Client,
    host: &str,
    repository: &str,
    blob: Vec<u8>,
) -> String {
    let start = format!("http://{host}/v2/{repository}/blobs/uploads/");
    let started = client.post(start).send().await.expect("an answer");
    assert_eq!(started.status(), 202);
    let place = started.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        place.starts_with(&format!("http://{host}/")),
        "{place} leads past the gate"
    );
    let digest = digest_of(&blob);
    let join = if place.contains('?') { '&' } else { '?' };
    let put = client
        .put(format!("{place}{join}digest={digest}"))
        .body(blob);
    let put = put
        .header("content-type", "application/octet-stream")
        .send()
        .await;
    assert_eq!(put.expect("an answer").status(), 201);
    digest
}

pub(crate) async fn push_manifest(
    host: &str,
    repository: &str,
    tag: &str,
    kind: &str,
    bytes: &[u8],
) {
    let url = format!("http://{host}/v2/{repository}/manifests/{tag}");
    let put = reqwest::Client::new().put(url).header("content-type", kind);
    let put = put.body(bytes.to_vec()).send().await.expect("an answer");
    assert_eq!(put.status(), 201, "{}", put.text().await.expect("text"));
}

pub(crate) async fn get(url: &str) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().expect("a client");
    let accept = format!("{OCI_MANIFEST}, {OCI_INDEX}");
    client
        .get(url)
        .header("accept", accept)
        .send()
        .await
        .expect("an answer")
}

/// A file of verdicts, and a source that follows it.
pub(crate) fn file_source(verdicts: &Verdicts) -> (tempfile::TempDir, PathBuf, FileSource) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("verdicts.json");
    std::fs::write(&path, serde_json::to_vec(verdicts).expect("JSON")).expect("written");
    let source = FileSource::open(&path, None).expect("verdicts");
    (directory, path, source)
}

/// Says that a test could not be done here, and why.
pub(crate) fn skipped(why: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
