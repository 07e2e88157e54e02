//! What the command leaves alone: the network, files of its own, a reader who has gone.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::{lazaret, text};

/// A directory with the sample as an archive, a layout and a root file system, a source
/// tree, and a bill of materials.
fn fixture() -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let sample = ["debug", "sample", "--out", "sample.tar"];
    assert!(lazaret(dir.path(), &sample).status.success());
    let write = |path: &str, content: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        std::fs::write(path, content).expect("written");
    };
    write(
        "tree/app/package.json",
        r#"{"name": "a", "version": "1.0.0"}"#,
    );
    write("tree/etc/os-release", "ID=debian\nVERSION_ID=12\n");
    write("list", "pkg:npm/lodash@4.17.11\n");
    crate::platforms::layout(dir.path());
    let sbom = ["sbom", "oci-archive:sample.tar", "-o", "sample.cdx.json"];
    assert!(lazaret(dir.path(), &sbom).status.success());
    dir
}

fn command(dir: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    let place = |name: &str| dir.join(name);
    std::fs::create_dir_all(place("temporary")).expect("made");
    command
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", dir)
        .env("TMPDIR", place("temporary"))
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    command
}

/// Whether the kernel lets one process look at the calls of another here.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn may_trace() -> bool {
    let works = Command::new("strace")
        .args(["-qq", "-e", "trace=socket", "true"])
        .output()
        .is_ok_and(|o| o.status.success());
    if !works {
        eprintln!("skipped: strace is not installed (`make deps` does it), or may not run");
    }
    works
}

#[test]
fn a_scan_of_what_is_here_opens_no_socket() {
    if !may_trace() {
        return;
    }
    let dir = fixture();
    let traced = |args: &[&str]| {
        let input = std::fs::File::open(dir.path().join("sample.tar")).expect("it is there");
        let output = command(dir.path(), "strace")
            .args(["-f", "-qq", "-o", "calls", "-e", "trace=%network"])
            .arg(env!("CARGO_BIN_EXE_lazaret"))
            .args(args)
            .stdin(input)
            .output()
            .expect("strace runs");
        let calls = std::fs::read_to_string(dir.path().join("calls")).expect("strace wrote it");
        // A thread that ends while strace lets go of it is a line without a call.
        let is_call = |line: &&str| !line.ends_with("???( <detached ...>");
        let calls: String = calls.lines().filter(is_call).collect::<Vec<_>>().join("\n");
        (output, calls)
    };
    for target in [
        "dir:tree",
        "rootfs:tree",
        "oci-archive:sample.tar",
        "docker-archive:sample.tar",
        "sample.tar",
        "oci-layout:multi",
        "-",
        "sbom:sample.cdx.json",
        "pkg:npm/lodash@4.17.11",
        "purl:list",
    ] {
        for _cold_and_warm in 0..2 {
            let (output, calls) = traced(&["scan", target]);
            assert!(
                output.status.success(),
                "{target}: {}",
                text(&output.stderr)
            );
            assert_eq!(calls, "", "{target}");
        }
    }
    // The trace does see what a registry costs.
    let (_, calls) = traced(&["scan", "registry:127.0.0.1:1/a:1"]);
    assert!(calls.contains("connect("), "{calls}");
    let (output, calls) = traced(&["scan", "registry:127.0.0.1:1/a:1", "--offline"]);
    assert_eq!((output.status.code(), calls.as_str()), (Some(2), ""));
}

/// Runs a scan, reads one line of it, and hangs up.
fn hang_up(dir: &Path, args: &[&str]) -> (String, Option<i32>, String) {
    let mut child = command(dir, env!("CARGO_BIN_EXE_lazaret"))
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut line = String::new();
    let out = child.stdout.take().expect("a pipe");
    BufReader::with_capacity(16, out)
        .read_line(&mut line)
        .expect("it writes");
    let output = child.wait_with_output().expect("it ends");
    (line, output.status.code(), text(&output.stderr))
}

#[test]
fn a_reader_who_has_gone_changes_neither_the_verdict_nor_the_other_outputs() {
    let dir = fixture();
    // More than a pipe holds, so that writing does fail.
    let list: String = (0..4000).map(|n| format!("pkg:npm/p{n}@1.0.0\n")).collect();
    std::fs::write(dir.path().join("list"), list + "pkg:npm/lodash@4.17.11\n").expect("written");
    let scan = [
        "scan",
        "purl:list",
        "-f",
        "json",
        "-o",
        "sarif=a.sarif",
        "--no-progress",
    ];
    for (gate, code) in [
        (&[][..], 0),
        (&["--fail-on", "low"], 1),
        (&["--fail-on-gaps"], 3),
    ] {
        let _ = std::fs::remove_file(dir.path().join("a.sarif"));
        let (line, status, said) = hang_up(dir.path(), &[&scan[..], gate].concat());
        assert_eq!(
            (line.as_str(), status, said.as_str()),
            ("{\n", Some(code), ""),
            "{gate:?}"
        );
        assert!(dir.path().join("a.sarif").is_file(), "{gate:?}");
    }
    let sbom = ["sbom", "purl:list", "-f", "purls"];
    let (_, status, said) = hang_up(dir.path(), &sbom);
    assert_eq!((status, said.as_str()), (Some(0), ""));
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => todo.push(path),
                path => found.push(path),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn an_interrupted_scan_leaves_no_file_behind() {
    let dir = fixture();
    let before = files(dir.path());
    let archive = std::fs::read(dir.path().join("sample.tar")).expect("it is there");
    let mut child = command(dir.path(), env!("CARGO_BIN_EXE_lazaret"))
        .args(["scan", "-", "--cache-dir", "cache", "-o", "report.json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command runs");
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all(&archive[..archive.len() / 2])
        .expect("it reads");
    std::thread::sleep(Duration::from_millis(200));
    // Not the interrupt of a terminal: whoever runs the tests in the background ignores it.
    let terminate = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(terminate.is_ok_and(|s| s.success()));
    let status = child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(15), "{status}");
    assert_eq!(files(dir.path()), before);
}

#[test]
fn a_scan_that_is_killed_at_any_moment_leaves_whole_entries_alone() {
    let dir = fixture();
    let args = ["scan", "oci-archive:sample.tar", "--cache-dir", "cache"];
    for moment in 0..40 {
        let _ = std::fs::remove_dir_all(dir.path().join("cache"));
        let mut child = command(dir.path(), env!("CARGO_BIN_EXE_lazaret"))
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command runs");
        std::thread::sleep(Duration::from_millis(moment));
        let _ = child.kill();
        let _ = child.wait();
        for path in files(&dir.path().join("cache")) {
            let name = path
                .file_name()
                .expect("it has one")
                .to_string_lossy()
                .into_owned();
            assert!(!name.starts_with('.'), "{name} after {moment} ms");
        }
        assert_eq!(files(&dir.path().join("temporary")), Vec::<PathBuf>::new());
    }
}
