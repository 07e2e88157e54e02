//! `check`, and `scan --scanners misconfig`, as people run them.

use std::path::Path;

use crate::{lazaret, text};

fn directory() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let put = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        std::fs::write(path, text).expect("writes");
    };
    put("app/Dockerfile", "FROM debian\nUSER root\n");
    put("node_modules/x/Dockerfile", "FROM debian\n");
    put("README.md", "FROM debian\n");
    put("notes.txt", "nothing\n");
    dir
}

fn json(dir: &Path, args: &[&str]) -> serde_json::Value {
    let output = lazaret(dir, args);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)))
}

fn ids(report: &serde_json::Value) -> Vec<String> {
    let all = report["misconfigurations"].as_array().expect("a list");
    let counts = |m: &&serde_json::Value| m["status"] == "FAIL" && m["suppressed"].is_null();
    let id = |m: &serde_json::Value| m["id"].as_str().unwrap_or_default().to_owned();
    all.iter().filter(counts).map(id).collect()
}

#[test]
fn files_of_a_directory_are_judged_and_the_gate_decides() {
    let dir = directory();
    let report = json(dir.path(), &["check", ".", "-f", "json"]);
    let first = &report["misconfigurations"][0];
    assert_eq!(first["target"], "app/Dockerfile");
    let root = report["misconfigurations"]
        .as_array()
        .and_then(|all| all.iter().find(|m| m["id"] == "LZ-DF-008"))
        .expect("fires");
    assert_eq!((&root["line"], &root["column"]), (&2.into(), &1.into()));
    assert!(
        root["aliases"]
            .as_array()
            .is_some_and(|a| a.contains(&"DL3002".into()))
    );
    assert_eq!(root["fix"], "suggested");
    let code = |args: &[&str]| lazaret(dir.path(), args).status.code();
    assert_eq!(code(&["check", "."]), Some(0));
    assert_eq!(code(&["check", ".", "--fail-on", "high"]), Some(1));
    assert_eq!(code(&["check", ".", "--fail-on", "critical"]), Some(0));
    assert_eq!(code(&["check", "nowhere"]), Some(2));
    assert_eq!(code(&["check", "notes.txt", "--fail-on-gaps"]), Some(3));
    assert_eq!(code(&["check", ".", "--only", "LZ-XX-999"]), Some(2));
}

#[test]
fn a_finding_is_shown_as_a_compiler_would() {
    let dir = directory();
    let shown = text(&lazaret(dir.path(), &["check", "app", "--only", "DL3002"]).stdout);
    let (shown, _) = shown.split_once("\n- ").expect("reasons");
    insta::assert_snapshot!(shown, @r"
    high[LZ-DF-008]: Final image runs as root
     --> app/Dockerfile:2:1
      |
    2 | USER root
      | ^^^^^^^^^
      = the last USER of the image that ships is root
      = fix: end the stage with USER and a number other than 0
      = also known as DL3002, DS-0002, CKV_DOCKER_3, CKV_DOCKER_8, CIS-DI-0001

    1 misconfiguration (1 high)
    ");
}

#[test]
fn checks_are_listed_and_explained_by_any_id() {
    let dir = directory();
    let list = text(&lazaret(dir.path(), &["check", "--list"]).stdout);
    assert!(list.lines().any(|l| l.starts_with("LZ-DF-008")), "{list}");
    for id in ["LZ-DF-008", "DL3002", "ds-0002"] {
        let told = text(&lazaret(dir.path(), &["check", "--explain", id]).stdout);
        assert!(told.contains("Final image runs as root"), "{told}");
        assert!(told.contains("Right:") && told.contains("Wrong:"), "{told}");
    }
    let unknown = lazaret(dir.path(), &["check", "--explain", "DL9999"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn rules_for_secrets_are_listed_and_explained() {
    let dir = directory();
    let list = text(&lazaret(dir.path(), &["check", "--list=secrets"]).stdout);
    let ids: Vec<&str> = list.lines().filter_map(|l| l.split(' ').next()).collect();
    assert!(ids.len() > 200 && ids.is_sorted(), "{}", ids.len());
    for id in &ids {
        let told = lazaret(dir.path(), &["check", "--explain", id]);
        let told = text(&told.stdout);
        assert!(told.starts_with(&format!("{id}: ")), "{told}");
        assert!(told.contains("Reported as "), "{told}");
    }
    let told = lazaret(dir.path(), &["check", "--explain", "github-pat"]);
    let told = text(&told.stdout);
    for part in [
        "GitHub personal access token",
        "`ghp_`",
        "Revoke it",
        "checksum",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn sarif_has_a_rule_and_a_region_for_each_finding() {
    let dir = directory();
    let log = json(dir.path(), &["check", ".", "-f", "sarif"]);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert!(!results.is_empty());
    for result in results {
        let rule = result["ruleIndex"]
            .as_u64()
            .and_then(|i| usize::try_from(i).ok());
        let rule = &run["tool"]["driver"]["rules"][rule.expect("an index")];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "app/Dockerfile");
    }
}

#[test]
fn ignore_files_are_heard() {
    let dir = directory();
    std::fs::write(dir.path().join(".trivyignore"), "AVD-DS-0002\n").expect("writes");
    let found = ids(&json(dir.path(), &["check", ".", "-f", "json"]));
    assert!(!found.contains(&"LZ-DF-008".to_owned()), "{found:?}");
    assert!(found.contains(&"LZ-DF-005".to_owned()), "{found:?}");
}

#[test]
fn a_scan_judges_an_images_configuration_and_a_directorys_files() {
    let dir = directory();
    let made = lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let scan = ["scan", "--cache-dir=none", "-q", "-f", "json", "--scanners"];
    let of = |target: &str, scanners: &str| {
        let args = [&scan[..], &[scanners, target]].concat();
        ids(&json(dir.path(), &args))
    };
    let image = of("oci-archive:sample.tar", "misconfig");
    assert!(image.contains(&"LZ-IM-001".to_owned()), "{image:?}");
    assert!(
        of("oci-archive:sample.tar", "vuln").is_empty(),
        "nobody asked"
    );
    let files = of("dir:.", "misconfig");
    assert!(files.contains(&"LZ-DF-008".to_owned()), "{files:?}");
    // Paths count from the directory, however it was named.
    let whole = format!("dir:{}", dir.path().display());
    let report = json(
        dir.path(),
        &[&scan[..], &["misconfig", whole.as_str()]].concat(),
    );
    let all = report["misconfigurations"].as_array().expect("a list");
    assert!(
        all.iter().all(|m| m["target"] == "app/Dockerfile"),
        "{all:?}"
    );
}
