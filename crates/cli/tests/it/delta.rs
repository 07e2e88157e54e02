//! `db diff`, `db delta` and `db apply`, as typed.

use std::path::Path;

use crate::{lazaret, text};

/// A database that says left-pad is mended in that version.
fn build(dir: &Path, name: &str, fixed: &str) {
    let record = format!(
        r#"{{"id":"GHSA-aaaa-bbbb-cccc","modified":"2024-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"left-pad"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
    );
    std::fs::write(dir.join("record.json"), record).expect("the folder is writable");
    let out = lazaret(dir, &["db", "build", "--out", name, "osv=record.json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
}

#[test]
fn a_delta_gives_the_very_file_and_the_difference_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    build(dir, "old.db", "1.1.0");
    build(dir, "new.db", "1.2.0");
    let run = |args: &[&str]| lazaret(dir, args);

    let told = run(&["db", "diff", "old.db", "new.db"]);
    let said = text(&told.stdout);
    assert!(
        said.contains("1 modified:\n  GHSA-aaaa-bbbb-cccc"),
        "{said}"
    );
    let told = run(&["db", "diff", "old.db", "new.db", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&told.stdout).expect("json");
    assert_eq!(json["packages"][0]["name"], "left-pad");

    let out = run(&["db", "delta", "old.db", "new.db", "--out", "news"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let out = run(&["db", "apply", "old.db", "news", "--out", "again.db"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let bytes = |name: &str| std::fs::read(dir.join(name)).expect("a file");
    assert_eq!(bytes("again.db"), bytes("new.db"));

    let wrong = run(&["db", "apply", "new.db", "news", "--out", "never.db"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("begins with database"));
    assert!(!dir.join("never.db").exists());
}
