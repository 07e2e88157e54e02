//! A target that is one file.

use std::path::Path;

use crate::{lazaret, text};

#[track_caller]
fn check(dir: &Path, name: &str, content: &str, expected: &str) {
    std::fs::write(dir.join(name), content).expect("written");
    let scan = lazaret(dir, &["scan", &format!("./{name}"), "-f", "json"]);
    assert_eq!(
        scan.status.code(),
        Some(0),
        "{name}: {}",
        text(&scan.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&scan.stdout).expect("a report");
    assert_eq!(report["packages"][0]["purl"], expected, "{name}");
    assert_eq!(
        report["packages"][0]["locations"][0]["path"], name,
        "{name}"
    );
}

#[test]
fn a_lock_file_is_a_file_system_of_one_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let lock = r#"{"name":"app","lockfileVersion":3,"packages":{"":{"name":"app"},
        "node_modules/lodash":{"version":"4.17.11"}}}"#;
    check(
        dir.path(),
        "package-lock.json",
        lock,
        "pkg:npm/lodash@4.17.11",
    );
    check(
        dir.path(),
        "requirements.txt",
        "jinja2==2.10\n",
        "pkg:pypi/jinja2@2.10",
    );
    check(
        dir.path(),
        "Cargo.lock",
        "version = 3\n\n[[package]]\nname = \"regex\"\nversion = \"1.5.4\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
        "pkg:cargo/regex@1.5.4",
    );
}

#[test]
fn a_file_that_nobody_knows_is_an_error_with_a_next_step() {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, content) in [("notes.txt", "hello"), ("data.json", "{\"a\": 1}")] {
        std::fs::write(dir.path().join(name), content).expect("written");
        let scan = lazaret(dir.path(), &["scan", &format!("./{name}")]);
        assert_eq!(
            scan.status.code(),
            Some(2),
            "{name}: {}",
            text(&scan.stdout)
        );
        let told = text(&scan.stderr);
        assert!(
            told.contains("try: sbom:./") && told.contains("oci-archive:"),
            "{name}: {told}"
        );
    }
}

#[test]
fn an_executable_is_probed() {
    let dir = tempfile::tempdir().expect("a directory");
    let own = env!("CARGO_BIN_EXE_lazaret");
    let probed = lazaret(
        dir.path(),
        &["debug", "packages", own, "--as", "usr/bin/lazaret"],
    );
    assert_eq!(probed.status.code(), Some(0), "{}", text(&probed.stderr));
    assert!(
        text(&probed.stdout).starts_with("{\"packages\":["),
        "{}",
        text(&probed.stdout)
    );
}
