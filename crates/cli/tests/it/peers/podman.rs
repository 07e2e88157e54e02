//! Podman's Docker-compatible service.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use lazaret_testkit::process;
use tempfile::TempDir;

use super::{Running, check_sample, fixture, patiently, refusal, skip};
use crate::text;

/// A service with a store of its own, which ends with the test.
pub(super) struct Podman {
    dir: TempDir,
    /// `unix://` and the socket.
    pub(super) address: String,
    _running: Running,
}

/// Nothing of it may lie outside the directory, locks in shared memory included.
fn podman(dir: &Path) -> Command {
    let mut command = process::command("podman");
    let place = |name: &str| dir.join(name);
    command
        .arg("--root")
        .arg(place("store"))
        .arg("--runroot")
        .arg(place("run"))
        .args(["--storage-driver", "vfs"])
        .current_dir(dir)
        .env("HOME", dir)
        .env("XDG_RUNTIME_DIR", dir)
        .env("CONTAINERS_CONF", place("containers.conf"));
    command
}

impl Podman {
    /// Starts one that holds the sample as `localhost/sample:latest`; `None` where podman
    /// is absent or may not run.
    pub(super) fn start() -> Option<Self> {
        let dir = fixture(&["podman"])?;
        let place = dir.path().display();
        let config = format!(
            "[engine]\nlock_type = \"file\"\nevents_logger = \"none\"\n\
             tmp_dir = \"{place}/tmp\"\nvolume_path = \"{place}/volumes\"\n"
        );
        std::fs::write(dir.path().join("containers.conf"), config).expect("written");
        let loaded = podman(dir.path())
            .args(["load", "-q", "-i", "sample.tar"])
            .output()
            .expect("podman runs");
        if !loaded.status.success() {
            return skip(&format!("podman may not run: {}", text(&loaded.stderr)));
        }
        let socket = dir.path().join("podman.sock");
        let address = format!("unix://{}", socket.display());
        let mut command = podman(dir.path());
        command.args(["system", "service", "--time", "0", &address]);
        let mut running = Running::start(command);
        patiently("podman does not listen", || {
            assert!(!running.has_ended(), "podman's service has ended");
            UnixStream::connect(&socket).ok()
        });
        Some(Self {
            dir,
            address,
            _running: running,
        })
    }

    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn variable(&self) -> (&str, &str) {
        ("CONTAINER_HOST", &self.address)
    }

    /// Writes the sample as an archive.
    pub(super) fn save(&self, format: &str, to: &Path) {
        let to = to.to_string_lossy();
        self.ask(&[
            "save",
            "-q",
            "--format",
            format,
            "-o",
            &to,
            "localhost/sample:latest",
        ]);
    }

    #[track_caller]
    pub(super) fn ask(&self, args: &[&str]) -> String {
        let output = podman(self.dir()).args(args).output().expect("it runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).trim().to_owned()
    }
}

#[test]
fn podman_hands_an_image_over_by_every_name_that_it_has() {
    let Some(podman) = Podman::start() else {
        return;
    };
    let id = podman.ask(&["image", "inspect", "sample", "--format", "{{.Id}}"]);
    let digest = podman.ask(&["image", "inspect", "sample", "--format", "{{.Digest}}"]);
    let by_digest = format!("localhost/sample@{digest}");
    for name in [
        "localhost/sample:latest",
        "sample",
        &id,
        &id[..12],
        &by_digest,
    ] {
        check_sample(podman.dir(), podman.variable(), &format!("podman:{name}"));
    }
    // Docker's variable and scheme reach the same service: its API is Docker's.
    let docker = ("DOCKER_HOST", podman.address.as_str());
    check_sample(podman.dir(), docker, "docker:localhost/sample:latest");
    // A bare name is looked for on the daemons before any registry is asked.
    check_sample(podman.dir(), podman.variable(), "localhost/sample:latest");
}

#[test]
fn an_image_that_podman_lacks_or_has_for_another_platform_is_named() {
    let Some(podman) = Podman::start() else {
        return;
    };
    let said = refusal(podman.dir(), podman.variable(), &["podman:no/such:1"]);
    assert!(said.contains("no/such:1"), "{said}");
    let other = ["podman:sample", "--platform", "linux/s390x"];
    let said = refusal(podman.dir(), podman.variable(), &other);
    assert!(
        said.contains("linux/s390x") && said.contains("linux/amd64"),
        "{said}"
    );
}

#[test]
fn a_second_look_at_podman_needs_no_export() {
    let Some(podman) = Podman::start() else {
        return;
    };
    let args = ["sbom", "podman:sample", "-f", "json"];
    let first = super::lazaret_with(podman.dir(), podman.variable(), &args);
    // Without the layers there is nothing that podman could still export.
    let layers = podman.dir().join("store/vfs/dir");
    std::fs::remove_dir_all(&layers).expect("podman keeps layers there");
    let second = super::lazaret_with(podman.dir(), podman.variable(), &args);
    assert!(second.status.success(), "{}", text(&second.stderr));
    assert_eq!(text(&first.stdout), text(&second.stdout));
}
