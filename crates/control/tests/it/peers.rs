//! Real peers: Debian's registry, filled by skopeo.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lazaret_testkit::image::{Layer, index};
use lazaret_testkit::process;
use tempfile::TempDir;

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Debian's `docker-registry`.
pub(crate) struct Registry {
    dir: TempDir,
    pub(crate) host: String,
    _running: Running,
}

/// A free address.
pub(crate) fn free() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    socket.local_addr().expect("it has an address").to_string()
}

fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

impl Registry {
    /// Starts one that listens at `host` and tells `events` (address and secret) of pushes;
    /// `None` where a program is absent.
    pub(crate) fn start(host: &str, events: Option<(&str, &str)>) -> Option<Self> {
        for program in ["docker-registry", "skopeo"] {
            if !has(program) {
                use std::io::Write as _;
                let _ = writeln!(std::io::stderr(), "skipped: {program} is not installed");
                return None;
            }
        }
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().display();
        let notifications = events.map_or(String::new(), |(url, secret)| {
            format!(
                "notifications:\n  endpoints:\n    - name: lazaret\n      url: {url}\n      \
                 headers: {{Authorization: ['Bearer {secret}']}}\n      timeout: 2s\n      \
                 threshold: 3\n      backoff: 1s\n"
            )
        });
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\n\
             storage: {{filesystem: {{rootdirectory: {place}/storage}}, delete: {{enabled: true}}}}\n\
             http: {{addr: '{host}', secret: s}}\n{notifications}"
        );
        let file = dir.path().join("registry.yml");
        std::fs::write(&file, config).expect("written");
        let mut command = process::command("docker-registry");
        command
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = process::spawn(command).expect("it starts");
        let running = Running(child);
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(host).is_err() {
            assert!(Instant::now() < until, "the registry does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self {
            dir,
            host: host.to_owned(),
            _running: running,
        })
    }

    /// Pushes an image with an npm package of that version to `repository:tag`; its digest.
    pub(crate) fn push(&self, repository: &str, tag: &str, lodash: &str) -> String {
        let layout = self
            .dir
            .path()
            .join(format!("layout-{}", tag.replace('.', "-")));
        write_layout(&layout, lodash);
        let (from, to) = (
            format!("oci:{}:image", layout.display()),
            format!("docker://{}/{repository}:{tag}", self.host),
        );
        let digest = layout.join("digest");
        let copied = Command::new("skopeo")
            .args(["copy", "-q", "--dest-tls-verify=false", "--digestfile"])
            .arg(&digest)
            .args([&from, &to])
            .output()
            .expect("skopeo runs");
        assert!(
            copied.status.success(),
            "{}",
            String::from_utf8_lossy(&copied.stderr)
        );
        std::fs::read_to_string(digest)
            .expect("a digest")
            .trim()
            .to_owned()
    }

    /// Deletes a tag's manifest.
    pub(crate) fn delete(&self, repository: &str, tag: &str) {
        let image = format!("docker://{}/{repository}:{tag}", self.host);
        let deleted = Command::new("skopeo")
            .args(["delete", "--tls-verify=false", &image])
            .output()
            .expect("skopeo runs");
        assert!(
            deleted.status.success(),
            "{}",
            String::from_utf8_lossy(&deleted.stderr)
        );
    }
}

fn write_layout(layout: &Path, lodash: &str) {
    std::fs::create_dir_all(layout).expect("a directory");
    let mut layer = Layer::begin(layout, "base").expect("a layer");
    let os = "ID=alpine\nVERSION_ID=3.20.0\n";
    layer.directory("etc").expect("written");
    layer
        .file("etc/os-release", 0o644, os.as_bytes())
        .expect("written");
    let package = format!(r#"{{"name": "lodash", "version": "{lodash}"}}"#);
    let path = "app/node_modules/lodash/package.json";
    layer
        .file(path, 0o644, package.as_bytes())
        .expect("written");
    let blob = layer.end().expect("written");
    index(layout, &[("image".to_owned(), vec![blob])]).expect("written");
}
