//! containerd, filled by `ctr`.

use std::path::Path;
use std::process::{Command, Output};

use lazaret_testkit::process;
use tempfile::TempDir;

use super::{Running, check_sample, fixture, patiently, refusal, skip};
use crate::text;

/// A containerd with a store of its own, which ends with the test.
pub(super) struct Containerd {
    dir: TempDir,
    socket: String,
    _running: Running,
}

impl Containerd {
    /// Starts an empty one; `None` where a program is absent or containerd may not run.
    pub(super) fn start() -> Option<Self> {
        let dir = fixture(&["containerd", "ctr"])?;
        let place = dir.path().display();
        let config = format!(
            "version = 2\nroot = \"{place}/root\"\nstate = \"{place}/state\"\n\
             disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n\
             [grpc]\naddress = \"{place}/c.sock\"\n\
             [ttrpc]\naddress = \"{place}/t.sock\"\n"
        );
        std::fs::write(dir.path().join("containerd.toml"), config).expect("written");
        let mut command = process::command("containerd");
        command.arg("-c").arg(dir.path().join("containerd.toml"));
        command.current_dir(dir.path());
        let mut running = Running::start(command);
        let socket = format!("{place}/c.sock");
        let listens = patiently("containerd does not answer", || {
            if running.has_ended() {
                return Some(false);
            }
            let asked = ctr(dir.path(), &socket, "default", &["version"]);
            asked.status.success().then_some(true)
        });
        if !listens {
            return skip("containerd may not run here");
        }
        Some(Self {
            dir,
            socket,
            _running: running,
        })
    }

    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn variable(&self) -> (&str, &str) {
        ("CONTAINERD_ADDRESS", &self.socket)
    }

    /// Runs `ctr` in a namespace.
    #[track_caller]
    pub(super) fn ask(&self, namespace: &str, args: &[&str]) -> String {
        let output = ctr(self.dir(), &self.socket, namespace, args);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Imports an archive; its tags are put behind `name`.
    #[track_caller]
    pub(super) fn import(&self, namespace: &str, name: &str, archive: &str) {
        let import = [
            "images",
            "import",
            "--no-unpack",
            "--base-name",
            name,
            archive,
        ];
        self.ask(namespace, &import);
    }
}

fn ctr(dir: &Path, socket: &str, namespace: &str, args: &[&str]) -> Output {
    let ctr = Command::new("ctr")
        .args(["-a", socket, "-n", namespace])
        .args(args)
        .current_dir(dir)
        .output();
    ctr.expect("ctr runs")
}

#[test]
fn containerd_hands_an_image_over_by_every_name_that_it_has() {
    let Some(containerd) = Containerd::start() else {
        return;
    };
    let name = "docker.io/library/app";
    containerd.import("default", name, "sample.tar");
    let listed = containerd.ask("default", &["images", "ls"]);
    let digest = listed
        .split_whitespace()
        .find(|word| word.starts_with("sha256:"))
        .expect("ctr lists digests");
    containerd.ask(
        "default",
        &["images", "tag", "docker.io/library/app:sample", "odd_name"],
    );
    for name in [
        "docker.io/library/app:sample",
        "app:sample",
        &format!("app:sample@{digest}"),
        &format!("app@{digest}"),
        digest,
        "odd_name",
    ] {
        let target = format!("containerd:{name}");
        check_sample(containerd.dir(), containerd.variable(), &target);
    }
    check_sample(containerd.dir(), containerd.variable(), "app:sample");
}

#[test]
fn containerd_is_searched_in_the_namespaces_that_people_use() {
    let Some(containerd) = Containerd::start() else {
        return;
    };
    containerd.import("k8s.io", "docker.io/library/pod", "sample.tar");
    containerd.import("elsewhere", "docker.io/library/far", "sample.tar");
    let (dir, variable) = (containerd.dir(), containerd.variable());
    check_sample(dir, variable, "containerd:pod:sample");
    let said = refusal(dir, variable, &["containerd:far:sample"]);
    assert!(said.contains("far:sample"), "{said}");
    let output = Command::new(env!("CARGO_BIN_EXE_lazaret"))
        .args(["sbom", "containerd:far:sample", "-f", "purls"])
        .env("HOME", dir)
        .env(variable.0, variable.1)
        .env("CONTAINERD_NAMESPACE", "elsewhere")
        .output()
        .expect("the command runs");
    assert!(
        text(&output.stdout).contains("lodash"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_layer_that_containerd_threw_away_is_an_error_that_names_it() {
    let Some(containerd) = Containerd::start() else {
        return;
    };
    containerd.import("default", "docker.io/library/app", "sample.tar");
    let blobs = containerd
        .dir()
        .join("root/io.containerd.content.v1.content/blobs/sha256");
    let largest = std::fs::read_dir(blobs)
        .expect("containerd keeps blobs there")
        .filter_map(Result::ok)
        .max_by_key(|blob| blob.metadata().map_or(0, |m| m.len()))
        .expect("there are blobs");
    std::fs::remove_file(largest.path()).expect("it goes");
    let args = ["containerd:app:sample", "--cache-dir=none"];
    let said = refusal(containerd.dir(), containerd.variable(), &args);
    let digest = largest.file_name().to_string_lossy().into_owned();
    assert!(said.contains(&digest), "{said}");
}
