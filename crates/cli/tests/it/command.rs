//! Commands, their output and their exit codes.

use crate::{lazaret, text};

#[test]
fn the_sample_is_scanned_without_a_network_or_a_database() {
    let dir = tempfile::tempdir().expect("a directory");
    let made = lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let scan = lazaret(dir.path(), &["scan", "oci-archive:sample.tar"]);
    assert_eq!(scan.status.code(), Some(0), "{}", text(&scan.stderr));
    let table = text(&scan.stdout);
    for expected in ["lodash", "Jinja2", "openssl", "starter"] {
        assert!(table.contains(expected), "{expected} is missing:\n{table}");
    }
    assert!(
        table.lines().all(|l| l.chars().count() <= 80),
        "a line is too wide"
    );
}

#[test]
fn the_gate_gives_the_exit_codes() {
    let dir = tempfile::tempdir().expect("a directory");
    lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    for (args, code) in [
        (vec!["--fail-on", "low"], 1),
        (vec!["--fail-on", "none"], 0),
        (vec!["--fail-on-gaps"], 3),
        (vec!["--fail-on", "severe"], 2),
        (vec!["--scanners", "secret"], 2),
        (vec!["-f", "nonsense"], 2),
    ] {
        let all = [vec!["scan", "oci-archive:sample.tar"], args].concat();
        let scan = lazaret(dir.path(), &all);
        assert_eq!(
            scan.status.code(),
            Some(code),
            "{all:?}: {}",
            text(&scan.stderr)
        );
    }
    let missing = lazaret(dir.path(), &["scan", "oci-archive:nowhere.tar"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("nowhere.tar"));
}

#[test]
fn every_format_is_written_and_a_second_scan_is_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    for format in [
        "table",
        "json",
        "sarif",
        "cyclonedx",
        "spdx",
        "markdown",
        "html",
        "trivy",
    ] {
        let args = ["scan", "oci-archive:sample.tar", "-f", format];
        let (cold, warm) = (lazaret(dir.path(), &args), lazaret(dir.path(), &args));
        assert!(!cold.stdout.is_empty(), "{format}: {}", text(&cold.stderr));
        assert_eq!(text(&cold.stdout), text(&warm.stdout), "{format}");
    }
}

#[test]
fn versions_are_compared_line_by_line() {
    use std::io::Write as _;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lazaret"))
        .args(["debug", "compare", "--scheme", "deb"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all(b"1.0~rc1\t1.0\n1.0\t1.0\n1:0\t9\n")
        .expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(text(&output.stdout), "<\n=\n>\n");
}
