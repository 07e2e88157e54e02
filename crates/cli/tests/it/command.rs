//! Commands, their output and their exit codes.

use crate::{lazaret, lazaret_in, text};

#[test]
fn the_sample_is_scanned_without_a_network_or_a_database() {
    let dir = tempfile::tempdir().expect("a directory");
    let made = lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let scan = lazaret(dir.path(), &["scan", "oci-archive:sample.tar"]);
    assert_eq!(scan.status.code(), Some(0), "{}", text(&scan.stderr));
    let table = text(&scan.stdout);
    for expected in ["lodash", "Jinja2", "libc6", "starter_database"] {
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
        (vec!["--scanners", "malware"], 2),
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
    let help = text(&lazaret(dir.path(), &["scan", "--help"]).stdout);
    for told in ["1 refused by --fail-on", "Exit 3 when"] {
        assert!(help.contains(told), "{told} is not in {help}");
    }
    let missing = lazaret(dir.path(), &["scan", "oci-archive:nowhere.tar"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("nowhere.tar"));
}

#[test]
fn every_format_is_written_and_a_second_scan_is_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    let page = text(&lazaret(dir.path(), &["scan", "--help"]).stdout);
    let formats = lazaret_report::ALL.iter().map(|format| format.name);
    // Some formats must tell when they were made.
    let now = [("SOURCE_DATE_EPOCH", "1780000000")];
    for format in formats {
        assert!(page.contains(format), "{format}: {page}");
        let args = ["scan", "oci-archive:sample.tar", "-f", format];
        let cold = lazaret_in(dir.path(), &now, &args);
        let warm = lazaret_in(dir.path(), &now, &args);
        assert!(!cold.stdout.is_empty(), "{format}: {}", text(&cold.stderr));
        assert_eq!(text(&cold.stdout), text(&warm.stdout), "{format}");
    }
}

#[test]
fn a_database_is_built_installed_and_used() {
    let dir = tempfile::tempdir().expect("a directory");
    let record = r#"{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":
        {"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":
        [{"introduced":"0"},{"fixed":"9.0.0"}]}]}]}"#;
    std::fs::create_dir(dir.path().join("osv")).expect("a directory");
    std::fs::write(dir.path().join("osv/GHSA-1.json"), record).expect("written");
    lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    let built = lazaret(dir.path(), &["db", "build", "--out", "a.db", "osv=osv"]);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let updated = lazaret(dir.path(), &["db", "update", "--from", "nowhere.db,a.db"]);
    assert!(updated.status.success(), "{}", text(&updated.stderr));
    let scan = lazaret(
        dir.path(),
        &["scan", "oci-archive:sample.tar", "-f", "json"],
    );
    assert!(
        text(&scan.stdout).contains("GHSA-1"),
        "{}",
        text(&scan.stderr)
    );
    let failed = lazaret(dir.path(), &["db", "update", "--from", "nowhere.db"]);
    assert_eq!(failed.status.code(), Some(2));
    let status = lazaret(dir.path(), &["db", "status"]);
    assert!(status.status.success() && text(&status.stdout).contains("osv"));
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
