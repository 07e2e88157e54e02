//! How old the advisory database may be, and what `--verbose` says.

use std::path::Path;

use crate::{lazaret, text};

/// A directory with a list of one package, and a database whose newest record is of
/// `modified` as the installed one. The tests' clock stands at 2026-09-21.
fn directory(modified: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let record = format!(
        r#"{{"id":"GHSA-1","modified":"{modified}","affected":[{{"package":
        {{"ecosystem":"npm","name":"lodash"}},"versions":["4.17.11"]}}]}}"#
    );
    let write = |name: &str, content: &str| {
        std::fs::write(dir.path().join(name), content).expect("written");
    };
    write("GHSA-1.json", &record);
    write("list", "pkg:npm/lodash@4.17.11\n");
    for args in [
        &["db", "build", "--out", "a.db", "osv=GHSA-1.json"][..],
        &["db", "import", "a.db"],
    ] {
        let done = lazaret(dir.path(), args);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
    dir
}

#[track_caller]
fn check(dir: &Path, args: &[&str], code: i32, is_stale: bool) {
    let args = [&["scan", "purl:list", "--fail-on-gaps"], args].concat();
    let scan = lazaret(dir, &args);
    let told = text(&scan.stdout) + &text(&scan.stderr);
    assert_eq!(scan.status.code(), Some(code), "{args:?}: {told}");
    assert_eq!(
        told.contains("stale_database"),
        is_stale,
        "{args:?}: {told}"
    );
}

#[test]
fn a_database_that_is_older_than_asked_for_is_a_gap() {
    let old = directory("2026-09-01T00:00:00Z");
    check(old.path(), &[], 3, true);
    check(old.path(), &["--max-db-age", "30d"], 0, false);
    check(old.path(), &["--max-db-age", "none"], 0, false);
    check(old.path(), &["--max-db-age", "3 weeks"], 2, false);
    let young = directory("2026-09-21T00:00:00Z");
    check(young.path(), &[], 0, false);
    check(young.path(), &["--max-db-age", "1h"], 3, true);
}

#[test]
fn a_failed_update_fails_only_where_no_database_is_young_enough() {
    let update = |dir: &Path, more: &[&str]| {
        let args = [&["db", "update", "--from", "nowhere.db"], more].concat();
        let done = lazaret(dir, &args);
        (done.status.code(), text(&done.stderr))
    };
    let young = directory("2026-09-20T00:00:00Z");
    let (code, told) = update(young.path(), &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("warning: update the advisory database") && told.contains("nowhere.db"),
        "{told}"
    );
    assert!(told.contains("it is not older than 7d"), "{told}");
    assert_eq!(update(young.path(), &["--max-db-age", "1h"]).0, Some(2));
    // What was typed wrongly is wrong whatever is installed.
    let wrong = lazaret(young.path(), &["db", "update", "--feed", "nonsense"]);
    assert_eq!(wrong.status.code(), Some(2));
    let old = directory("2026-08-20T00:00:00Z");
    assert_eq!(update(old.path(), &[]).0, Some(2));
    check(old.path(), &["--max-db-age", "none"], 0, false);
}

#[test]
fn verbose_says_what_is_used_and_quiet_wins_over_it() {
    let dir = directory("2026-09-20T00:00:00Z");
    let sample = ["debug", "sample", "--out", "sample.tar"];
    assert!(lazaret(dir.path(), &sample).status.success());
    std::fs::write(dir.path().join(".trivyignore"), "CVE-2021-23337\n").expect("written");
    let told = |args: &[&str]| {
        let args = [&["scan", "oci-archive:sample.tar"], args].concat();
        text(&lazaret(dir.path(), &args).stderr)
    };
    let cold = told(&["-v"]);
    for expected in [
        "- settings: no lazaret.yaml\n",
        "- ignore file: .trivyignore\n",
        "/.local/share/lazaret/advisories.db; sha256:",
        "/.cache/lazaret\n",
        "0 known from the cache",
        "linux/amd64",
    ] {
        assert!(cold.contains(expected), "{expected}: {cold}");
    }
    let warm = told(&["-v", "--db", "a.db"]);
    assert!(warm.contains("layers: 0 to read"), "{warm}");
    assert!(warm.contains("- database: a.db; sha256:"), "{warm}");
    assert!(!told(&["-v", "-q"]).contains("- database"));
    let elsewhere = lazaret(dir.path(), &["scan", "127.0.0.1:1/a:1", "-v", "--offline"]);
    let elsewhere = text(&elsewhere.stderr);
    assert!(elsewhere.contains("- docker: "), "{elsewhere}");
    assert!(elsewhere.contains("- podman: "), "{elsewhere}");
}
