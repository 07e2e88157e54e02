//! `trivy`: words, variables, files and exit codes of pipelines, and Trivy's own cases.

mod cases;
mod fixture;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::{lazaret, lazaret_in, text};

/// A directory with the sample image, a list of packages as an SBOM, and a tree.
fn directory() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let run = |args: &[&str]| {
        let done = lazaret(dir.path(), args);
        assert!(done.status.success(), "{args:?}: {}", text(&done.stderr));
    };
    run(&["debug", "sample", "--out", "sample.tar"]);
    run(&["sbom", "sample.tar", "-o", "sample.cdx.json"]);
    std::fs::create_dir(dir.path().join("tree")).expect("made");
    let lock = r#"{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{
        "":{"name":"a","version":"1.0.0"},
        "node_modules/lodash":{"version":"4.17.11"},
        "node_modules/minimist":{"version":"1.2.0","dev":true}}}"#;
    std::fs::write(dir.path().join("tree/package-lock.json"), lock).expect("written");
    dir
}

fn trivy(dir: &Path, variables: &[(&str, &str)], args: &[&str]) -> Output {
    lazaret_in(dir, variables, &[&["trivy"], args].concat())
}

/// The ids of the findings in a report in Trivy's JSON.
fn ids(report: &[u8]) -> Vec<String> {
    let report: Value = serde_json::from_slice(report).expect("JSON");
    let results = report["Results"].as_array().cloned().unwrap_or_default();
    let mut found: Vec<String> = results
        .iter()
        .flat_map(|result| {
            result["Vulnerabilities"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .map(|v| v["VulnerabilityID"].as_str().unwrap_or_default().to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

#[track_caller]
fn check(dir: &Path, variables: &[(&str, &str)], args: &[&str], code: i32) -> String {
    let done = trivy(dir, variables, args);
    let told = text(&done.stderr);
    assert_eq!(
        done.status.code(),
        Some(code),
        "{variables:?} {args:?}: {told}"
    );
    text(&done.stdout) + &told
}

#[test]
fn the_exit_code_is_zero_unless_asked_for() {
    let dir = directory();
    let image = ["image", "--input", "sample.tar"];
    let with = |more: &[&'static str]| [&image[..], more].concat();
    check(dir.path(), &[], &image, 0);
    check(dir.path(), &[], &with(&["--exit-code", "1"]), 1);
    check(
        dir.path(),
        &[],
        &with(&["--exit-code=7", "-s", "HIGH,CRITICAL"]),
        7,
    );
    check(
        dir.path(),
        &[],
        &with(&["--exit-code", "1", "--severity=UNKNOWN"]),
        0,
    );
    check(dir.path(), &[("TRIVY_EXIT_CODE", "3")], &image, 3);
    // What is typed wins over the variable, and that over the file.
    let typed = with(&["--exit-code", "4"]);
    check(dir.path(), &[("TRIVY_EXIT_CODE", "3")], &typed, 4);
    let settings =
        "exit-code: 5\nseverity: [LOW, HIGH]\ndb:\n  skip-update: true\nscan:\n  skip-dirs: []\n";
    std::fs::write(dir.path().join("trivy.yaml"), settings).expect("written");
    check(dir.path(), &[], &image, 5);
    check(dir.path(), &[("TRIVY_EXIT_CODE", "3")], &image, 3);
    check(
        dir.path(),
        &[],
        &["image", "--input", "nowhere.tar", "--exit-code", "1"],
        2,
    );
}

#[test]
fn every_command_scans_what_it_scans_in_trivy() {
    let dir = directory();
    for args in [
        &["image", "--input", "sample.tar"][..],
        &["i", "--input=sample.tar"],
        &["sbom", "sample.cdx.json"],
        &["fs", "tree"],
        &["filesystem", "tree/package-lock.json"],
        &["repo", "tree"],
        &["rootfs", "tree/package-lock.json"],
    ] {
        let json = [&["-q", "-f", "json"], args].concat();
        let done = trivy(dir.path(), &[], &json);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{args:?}: {}",
            text(&done.stderr)
        );
        let found = ids(&done.stdout);
        assert!(
            found.contains(&"CVE-2019-10744".to_owned()),
            "{args:?}: {found:?}"
        );
        assert_eq!(text(&done.stderr), "", "{args:?}");
    }
    std::fs::write(dir.path().join("Dockerfile"), "FROM debian:12\nUSER root\n").expect("written");
    let told = check(
        dir.path(),
        &[],
        &["config", "--exit-code", "1", "Dockerfile"],
        1,
    );
    assert!(told.contains("Dockerfile"), "{told}");
    let json = check(
        dir.path(),
        &[],
        &["config", "-q", "-f", "json", "Dockerfile"],
        0,
    );
    assert!(json.contains("\"ID\": \"DS-0002\""), "{json}");
    // The link that pipelines move with.
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_lazaret"), dir.path().join("trivy"))
        .expect("a link");
    let called = Command::new(dir.path().join("trivy"))
        .args(["sbom", "--exit-code", "9", "sample.cdx.json"])
        .current_dir(dir.path())
        .env_clear()
        .env("HOME", dir.path())
        .output();
    assert_eq!(called.expect("it runs").status.code(), Some(9));
}

#[test]
fn what_is_left_out_there_is_left_out_here() {
    let dir = directory();
    let found = |args: &[&str]| {
        ids(&trivy(dir.path(), &[], &[&["-q", "-f", "json"], args].concat()).stdout)
    };
    let tree = found(&["fs", "tree"]);
    assert!(!tree.contains(&"CVE-2021-44906".to_owned()), "{tree:?}");
    let image = ["image", "--input", "sample.tar"];
    let all = found(&image);
    let os = found(&[&image[..], &["--pkg-types", "os"]].concat());
    let library = found(&[&image[..], &["--vuln-type=library"]].concat());
    assert!(!os.is_empty() && !library.is_empty(), "{os:?} {library:?}");
    assert_eq!(os.len() + library.len(), all.len());
    let open = found(&[&image[..], &["--ignore-status", "fixed"]].concat());
    assert!(open.len() < all.len());
    std::fs::write(dir.path().join(".trivyignore"), "CVE-2019-10744\n").expect("written");
    assert!(!found(&image).contains(&"CVE-2019-10744".to_owned()));
    std::fs::remove_file(dir.path().join(".trivyignore")).expect("removed");
    let yaml = "vulnerabilities:\n  - id: CVE-2019-10744\n";
    std::fs::write(dir.path().join("mine.yaml"), yaml).expect("written");
    let ignored = found(&[&image[..], &["--ignorefile", "mine.yaml"]].concat());
    assert!(
        !ignored.contains(&"CVE-2019-10744".to_owned()),
        "{ignored:?}"
    );
}

#[test]
fn outputs_have_the_formats_of_trivy() {
    let dir = directory();
    let image = ["image", "--input", "sample.tar", "-q"];
    for (format, part) in [
        ("table", "lodash"),
        ("json", "\"SchemaVersion\": 2"),
        ("sarif", "\"2.1.0\""),
        ("cyclonedx", "CycloneDX"),
        ("spdx-json", "SPDX-2.3"),
    ] {
        let done = trivy(
            dir.path(),
            &[],
            &[&image[..], &["--format", format, "-o", "out"]].concat(),
        );
        assert_eq!(
            done.status.code(),
            Some(0),
            "{format}: {}",
            text(&done.stderr)
        );
        assert_eq!(text(&done.stdout), "", "{format}");
        let written = std::fs::read_to_string(dir.path().join("out")).expect("written");
        assert!(written.contains(part), "{format}: {written}");
    }
    let template = ["--format", "template", "--template", "@contrib/junit.tpl"];
    let told = check(dir.path(), &[], &[&image[..], &template].concat(), 0);
    assert!(told.contains("<testsuite"), "{told}");
    let template = ["--format", "template", "--template", "@own.tpl"];
    check(dir.path(), &[], &[&image[..], &template].concat(), 2);
}

#[test]
fn what_is_not_done_is_said() {
    let dir = directory();
    let image = ["image", "--input", "sample.tar"];
    let with = |more: &[&'static str]| [&image[..], more].concat();
    let told = check(dir.path(), &[], &with(&["--severty", "HIGH"]), 2);
    assert!(
        told.contains("Trivy's flag --severty") && told.contains("--severity"),
        "{told}"
    );
    let told = check(
        dir.path(),
        &[],
        &with(&["--server", "http://127.0.0.1:1"]),
        2,
    );
    assert!(told.contains("--server cannot be done here"), "{told}");
    let told = check(dir.path(), &[], &["k8s", "cluster"], 2);
    assert!(told.contains("k8s does not exist here"), "{told}");
    let told = check(dir.path(), &[], &["imge", "alpine"], 2);
    assert!(told.contains("try: lazaret trivy image"), "{told}");
    let idle = with(&["--timeout", "5m", "--timeout=9m", "--skip-db-update"]);
    let told = check(dir.path(), &[("TRIVY_NO_SUCH", "1")], &idle, 0);
    assert_eq!(
        told.matches("--timeout does nothing here").count(),
        1,
        "{told}"
    );
    assert!(!told.contains("--skip-db-update does nothing"), "{told}");
    assert!(told.contains("nothing here reads TRIVY_NO_SUCH"), "{told}");
    let told = check(dir.path(), &[], &["repo", "https://git.example/a/b"], 2);
    assert!(told.contains("git clone https://git.example/a/b"), "{told}");
    let told = check(dir.path(), &[], &["image", "a", "b"], 2);
    assert!(told.contains("one thing is scanned at a time"), "{told}");
    let told = check(dir.path(), &[], &["--help"], 0);
    for flag in ["--exit-code", "--db-repository", "--pkg-types"] {
        assert!(told.contains(flag), "{flag}: {told}");
    }
}

#[test]
fn the_page_tells_what_becomes_of_every_flag() {
    let dir = tempfile::tempdir().expect("a directory");
    let help = check(dir.path(), &[], &["--help"], 0);
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/trivy.md");
    let page = std::fs::read_to_string(place).expect("docs/trivy.md");
    let listed = help.split_once("do in Trivy:").map_or("", |(_, rest)| rest);
    for line in listed.lines() {
        let Some(at) = line.find("--") else { continue };
        let flag = line[at..].split_whitespace().next().unwrap_or_default();
        assert!(
            page.contains(&format!("`{flag}`")),
            "docs/trivy.md has no {flag}"
        );
    }
}
