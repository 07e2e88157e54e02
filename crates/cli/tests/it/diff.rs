//! `diff` and `--baseline`, as typed.

use std::path::Path;

use crate::{lazaret, text};

/// A database that knows one vulnerability of each of these npm packages.
fn build(dir: &Path, name: &str, packages: &[&str]) {
    let folder = dir.join(format!("{name}.records"));
    std::fs::create_dir(&folder).expect("a folder");
    for package in packages {
        let record = format!(
            r#"{{"id":"GHSA-{package}","modified":"2024-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"{package}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}],"database_specific":{{"severity":"HIGH"}}}}],"database_specific":{{"severity":"HIGH"}}}}"#
        );
        std::fs::write(folder.join(format!("{package}.json")), record).expect("writable");
    }
    let source = format!("osv={}", folder.display());
    let out = lazaret(dir, &["db", "build", "--out", name, &source]);
    assert!(out.status.success(), "{}", text(&out.stderr));
}

#[test]
fn what_the_image_and_what_the_data_brought_is_told_apart() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    build(dir, "old.db", &["one", "two"]);
    build(dir, "new.db", &["one", "three", "four"]);
    let purls = |name: &str, lines: &str| std::fs::write(dir.join(name), lines).expect("writable");
    purls(
        "before",
        "pkg:npm/one@1.0.0\npkg:npm/two@1.0.0\npkg:npm/three@1.0.0\n",
    );
    purls(
        "after",
        "pkg:npm/one@1.1.0\npkg:npm/two@1.0.0\npkg:npm/three@1.0.0\npkg:npm/four@1.0.0\n",
    );
    let report = |of: &str, db: &str, out: &str| {
        let target = format!("purl:{of}");
        let ran = lazaret(dir, &["scan", &target, "--db", db, "-f", "json", "-o", out]);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
    };
    report("before", "old.db", "before.json");
    report("after", "new.db", "after.json");

    let out = lazaret(dir, &["diff", "before.json", "after.json"]);
    let said = text(&out.stdout);
    for expected in [
        "New: 2",
        "high GHSA-four four 1.0.0\n    image: four is not there before",
        "high GHSA-three three 1.0.0\n    data: three 1.0.0 is the same, the advisory data is not",
        "Gone: 1",
        "high GHSA-two two 1.0.0\n    data: two 1.0.0 is the same",
        "2 new, 1 gone, 1 unchanged",
    ] {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }

    // Two targets of today are told apart by what is in them alone.
    let out = lazaret(
        dir,
        &[
            "diff",
            "purl:before",
            "purl:after",
            "--db",
            "new.db",
            "-f",
            "json",
            "--fail-on",
            "high",
        ],
    );
    assert_eq!(out.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).expect("json");
    let new = json["new"].as_array().expect("a list");
    assert_eq!(new.len(), 1);
    assert_eq!(
        (&new[0]["cause"], &new[0]["finding"]["id"]),
        (&"image".into(), &"GHSA-four".into())
    );
    let out = lazaret(
        dir,
        &["diff", "after.json", "after.json", "--fail-on", "high"],
    );
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn what_a_baseline_has_does_not_stop_a_pipeline() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    build(dir, "a.db", &["one", "two"]);
    std::fs::write(dir.join("first"), "pkg:npm/one@1.0.0\n").expect("writable");
    std::fs::write(dir.join("second"), "pkg:npm/one@1.0.1\npkg:npm/two@1.0.0\n").expect("writable");
    let scan = |of: &str, more: &[&str]| {
        let target = format!("purl:{of}");
        let words = [
            &["scan", &target, "--db", "a.db", "--fail-on", "high"],
            more,
        ]
        .concat();
        lazaret(dir, &words)
    };
    assert_eq!(
        scan("first", &["-f", "json", "-o", "base.json"])
            .status
            .code(),
        Some(1)
    );
    assert_eq!(
        scan("first", &["--baseline", "base.json"]).status.code(),
        Some(0)
    );
    let out = scan("second", &["--baseline", "base.json", "-f", "json"]);
    assert_eq!(out.status.code(), Some(1), "two is new");
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).expect("json");
    assert_eq!(json["findings"][0]["suppressed"]["by"], "baseline");
    assert!(json["findings"][1]["suppressed"].is_null());

    let out = scan("first", &["--baseline", "first"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("is no report of lazaret"));
}
