//! Real clients before a real registry. What is not installed is said and skipped.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use lazaret_edge::gate::GateSettings;
use lazaret_testkit::process;

use crate::support::{DockerRegistry, Image, RunningGate, Told, image, push, quarantined, skipped};

/// A registry, a gate before it, a clear image `app:good`, a quarantined one `app:bad`.
struct Stage {
    gate: RunningGate,
    host: String,
    bad: Image,
    directory: tempfile::TempDir,
    _registry: DockerRegistry,
}

impl Stage {
    async fn new() -> Option<Self> {
        let registry = DockerRegistry::start()?;
        let (good, bad) = (image("good"), image("bad"));
        let settings = GateSettings::new(&format!("http://{}", registry.host));
        let gate = RunningGate::open(settings, Told::new(quarantined(&bad.digest))).await;
        let host = gate.address.to_string();
        // Pushed through the gate, the quarantined one as well.
        push(&host, "app", "good", &good).await;
        push(&host, "app", "bad", &bad).await;
        let directory = tempfile::tempdir().expect("a directory");
        Some(Self {
            gate,
            host,
            bad,
            directory,
            _registry: registry,
        })
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// Runs a client that pulls `{host}/app:good`, then one that pulls what is refused.
    async fn check(&self, client: &str, pull: impl Fn(&str) -> Vec<String>) {
        let good = run(client, pull(&format!("{}/app:good", self.host))).await;
        assert!(
            good.status.success(),
            "{client} pulls what is clear: {}",
            said(&good)
        );
        for bad in ["app:bad".to_owned(), format!("app@{}", self.bad.digest)] {
            let bad = run(client, pull(&format!("{}/{bad}", self.host))).await;
            let text = said(&bad);
            assert!(
                !bad.status.success(),
                "{client} pulls what is quarantined: {text}"
            );
            assert!(
                text.contains("403") || text.to_lowercase().contains("denied"),
                "{client}: {text}"
            );
            assert!(
                text.contains("image is quarantined: CVE-2026-0001"),
                "{client}: {text}"
            );
            assert!(
                text.contains("https://lazaret.example/holds/7"),
                "{client}: {text}"
            );
        }
        assert_eq!(self.gate.address.to_string(), self.host);
    }
}

async fn run(client: &str, arguments: Vec<String>) -> Output {
    let client = client.to_owned();
    let done = tokio::task::spawn_blocking(move || {
        Command::new(&client)
            .args(arguments)
            .output()
            .expect("the client runs")
    });
    done.await.expect("no panic")
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn is_there(client: &str) -> bool {
    let mut found = Command::new(client);
    found
        .arg("--help")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let there = found.status().is_ok();
    if !there {
        skipped(&format!("{client} is not installed"));
    }
    there
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_shows_why() {
    if !is_there("skopeo") {
        return;
    }
    let Some(stage) = Stage::new().await else {
        return;
    };
    let to = format!("dir:{}", stage.path("skopeo"));
    let pull = |name: &str| {
        let from = format!("docker://{name}");
        words(&[
            "--insecure-policy",
            "copy",
            "--src-tls-verify=false",
            &from,
            &to,
        ])
    };
    stage.check("skopeo", pull).await;
    let there = format!("docker://{}/copied:1", stage.host);
    let from = format!("docker://{}/app:good", stage.host);
    let copy = [
        "--insecure-policy",
        "copy",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
    ];
    let pushed = run("skopeo", [words(&copy), words(&[&from, &there])].concat()).await;
    assert!(
        pushed.status.success(),
        "pushes go through: {}",
        said(&pushed)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn crane_shows_why() {
    if !is_there("crane") {
        return;
    }
    let Some(stage) = Stage::new().await else {
        return;
    };
    let to = stage.path("crane.tar");
    let pull = |name: &str| words(&["pull", "--insecure", name, &to]);
    stage.check("crane", pull).await;
    let there = format!("{}/crane:1", stage.host);
    let from = format!("{}/app:good", stage.host);
    let pushed = run("crane", words(&["copy", "--insecure", &from, &there])).await;
    assert!(
        pushed.status.success(),
        "pushes go through: {}",
        said(&pushed)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn podman_shows_why() {
    if !is_there("podman") {
        return;
    }
    let Some(stage) = Stage::new().await else {
        return;
    };
    let (root, run_root) = (stage.path("root"), stage.path("run"));
    let pull = |name: &str| {
        let place = [
            "--root",
            &root,
            "--runroot",
            &run_root,
            "--storage-driver",
            "vfs",
        ];
        [words(&place), words(&["pull", "--tls-verify=false", name])].concat()
    };
    stage.check("podman", pull).await;
}

/// A daemon of the test's own.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        // dockerd takes its mounts and its containerd away when it is asked to end.
        let id = self.0.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        for _ in 0..100 {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a daemon and waits until a client of it has an answer.
fn daemon(mut command: Command, client: &str, asked: &[&str]) -> Option<Daemon> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut daemon = Daemon(process::spawn(command).ok()?);
    for _ in 0..300 {
        let answer = Command::new(client).args(asked).output().ok()?;
        if answer.status.success() {
            return Some(daemon);
        }
        if matches!(daemon.0.try_wait(), Ok(Some(_))) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

fn containerd(directory: &Path) -> Option<(Daemon, String)> {
    let place = |name: &str| directory.join(name).display().to_string();
    let socket = place("containerd.sock");
    let config = format!(
        "version = 2\nroot = {:?}\nstate = {:?}\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n\
         [grpc]\naddress = {socket:?}\n[ttrpc]\naddress = {:?}\n",
        place("root"),
        place("state"),
        place("ttrpc.sock"),
    );
    std::fs::write(directory.join("config.toml"), config).expect("written");
    let mut command = process::command("containerd");
    command.args(["--config", &place("config.toml")]);
    let started = daemon(command, "ctr", &["-a", &socket, "version"]);
    if started.is_none() {
        skipped("containerd does not start here");
    }
    Some((started?, socket))
}

/// Docker's daemon without a network: what is asked of it is to pull, not to run.
fn dockerd(directory: &Path) -> Option<(Daemon, String)> {
    let place = |name: &str| directory.join(name).display().to_string();
    let host = format!("unix://{}", place("docker.sock"));
    let mut command = process::command("dockerd");
    command.args(["--host", &host, "--data-root", &place("root")]);
    command.args([
        "--exec-root",
        &place("exec"),
        "--pidfile",
        &place("docker.pid"),
    ]);
    command.args(["--bridge=none", "--iptables=false", "--ip6tables=false"]);
    command.arg("--storage-driver=vfs");
    let started = daemon(command, "docker", &["-H", &host, "info"]);
    if started.is_none() {
        skipped("dockerd does not start here");
    }
    Some((started?, host))
}

#[tokio::test(flavor = "multi_thread")]
async fn containerd_shows_why() {
    if !is_there("containerd") || !is_there("ctr") {
        return;
    }
    let Some(stage) = Stage::new().await else {
        return;
    };
    let directory = stage.directory.path().to_owned();
    let started = tokio::task::spawn_blocking(move || containerd(&directory)).await;
    let Some((_containerd, socket)) = started.expect("no panic") else {
        return;
    };
    let fetch = |name: &str| words(&["-a", &socket, "content", "fetch", "--plain-http", name]);
    stage.check("ctr", fetch).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn docker_shows_why() {
    if !is_there("dockerd") || !is_there("docker") {
        return;
    }
    let Some(stage) = Stage::new().await else {
        return;
    };
    let directory = stage.directory.path().to_owned();
    let started = tokio::task::spawn_blocking(move || dockerd(&directory)).await;
    let Some((_dockerd, host)) = started.expect("no panic") else {
        return;
    };
    let pull = |name: &str| words(&["-H", &host, "pull", name]);
    stage.check("docker", pull).await;
    let good = format!("{}/app:good", stage.host);
    let there = format!("{}/pushed:1", stage.host);
    for act in [["tag", &good, &there].as_slice(), &["push", &there]] {
        let done = run("docker", words(&[&["-H", &*host], act].concat())).await;
        assert!(done.status.success(), "pushes go through: {}", said(&done));
    }
}
