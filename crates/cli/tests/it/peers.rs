//! Real peers: Debian's registry, podman's service and containerd, filled by skopeo and
//! by their own commands.
//!
//! A test says so and passes where a program is absent or may not run. Everything lives in
//! a temporary directory and on loopback, and ends with the test.

mod bases;
mod containerd;
mod podman;
mod registry;
mod sources;
mod transport;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use lazaret_testkit::process;
use tempfile::TempDir;

use crate::{lazaret, text};

/// How long a peer may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that runs until the test is done with it.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(process::spawn(command).expect("the peer starts"))
    }

    /// Whether it ended by itself, which no peer should.
    fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Says why a test proves nothing here.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip<T>(why: &str) -> Option<T> {
    eprintln!("skipped: {why}");
    None
}

/// A directory with the sample image in `sample.tar`; `None` where a program is absent.
fn fixture(programs: &[&str]) -> Option<TempDir> {
    for program in programs {
        if !is_installed(program) {
            return skip(&format!("{program} is not installed (`make deps` does it)"));
        }
    }
    let dir = tempfile::tempdir().expect("a directory");
    let made = lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    Some(dir)
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// Asks again and again until there is an answer.
#[track_caller]
fn patiently<T>(complaint: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{complaint}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Copies an image from one place to another.
#[track_caller]
fn skopeo(dir: &Path, args: &[&str]) {
    let output = Command::new("skopeo")
        .args(["--insecure-policy", "copy", "-q"])
        .args(args)
        .current_dir(dir)
        .env("HOME", dir)
        .output()
        .expect("skopeo runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// Runs the built command as [`lazaret`] does, with one variable in its environment.
fn lazaret_with(dir: &Path, (name, value): (&str, &str), args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lazaret"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .env(name, value)
        .output()
        .expect("the command runs")
}

/// Packages with their evidence, and gaps, of a target; without what names the target.
#[track_caller]
fn inventory(dir: &Path, variable: (&str, &str), target: &str) -> serde_json::Value {
    let args = ["sbom", target, "-f", "json", "--cache-dir=none"];
    let output = lazaret_with(dir, variable, &args);
    assert!(
        output.status.success(),
        "{target}: {}",
        text(&output.stderr)
    );
    let mut all: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("a document of our own");
    let packages = all["packages"].take();
    assert!(!packages.as_array().is_none_or(Vec::is_empty), "{target}");
    serde_json::json!({ "packages": packages, "gaps": all["gaps"].take() })
}

/// Asserts that a target is the sample, whatever it is packed in.
#[track_caller]
fn check_sample(dir: &Path, variable: (&str, &str), target: &str) {
    let expected = inventory(dir, variable, "oci-archive:sample.tar");
    assert_eq!(inventory(dir, variable, target), expected, "{target}");
}

/// The error of a target that must not open, with exit code 2.
#[track_caller]
fn refusal(dir: &Path, variable: (&str, &str), args: &[&str]) -> String {
    let output = lazaret_with(dir, variable, &[&["sbom"], args].concat());
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    text(&output.stderr)
}
