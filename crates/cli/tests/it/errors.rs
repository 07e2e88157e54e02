//! What is said when something is wrong: one page, so that a person reads all of it.
//!
//! Every case ends with the exit code 2, says what was being done and with what, what was
//! wrong, and most have a line to type next.

use std::fmt::Write as _;
use std::path::Path;

use lazaret_testkit::registry::{LoopbackRegistry, Manners};

use crate::{lazaret, lazaret_in, text};

/// Files that are wrong in their ways.
fn fixture() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let run = |args: &[&str]| {
        let done = lazaret(dir.path(), args);
        assert!(done.status.success(), "{args:?}: {}", text(&done.stderr));
    };
    run(&["debug", "sample", "--out", "sample.tar"]);
    let write = |name: &str, content: &[u8]| {
        std::fs::write(dir.path().join(name), content).expect("written");
    };
    std::fs::create_dir(dir.path().join("folder")).expect("made");
    let sample = std::fs::read(dir.path().join("sample.tar")).expect("it is there");
    write("cut.tar", &sample[..sample.len() / 2]);
    let mut damaged = sample;
    // The first letter of a name inside the layer.
    let at = damaged.windows(6).position(|w| w == b"lodash");
    damaged[at.expect("the sample has it")] ^= 0x20;
    write("damaged.tar", &damaged);
    write("hello.txt", b"hello\n");
    write("a.json", b"{\"a\": 1}");
    write("cut.json", b"{\"bomFormat\": \"CycloneDX\",");
    write("list", b"pkg:npm/a@1\nnot a purl\n");
    write("broken.yaml", b"vulnerabilities:\n  - id: [\n");
    write("unknown.yaml", b"vulnerabilities:\n  - idd: CVE-2024-1\n");
    write("ignore", b"CVE-2024-1 exp:never\n");
    write("broken-settings.yaml", b"fail-on: [\n");
    write("misspelt-settings.yaml", b"fail_on: high\n");
    write("list-settings.yaml", b"- a\n- b\n");
    write("wrong-settings.yaml", b"format: json\nseverity: severe\n");
    let record = br#"{"id":"GHSA-1","modified":"2026-09-20T00:00:00Z","affected":[{"package":
        {"ecosystem":"npm","name":"lodash"},"versions":["4.17.11"]}]}"#;
    write("GHSA-1.json", record);
    run(&["db", "build", "--out", "good.db", "osv=GHSA-1.json"]);
    let mut database = std::fs::read(dir.path().join("good.db")).expect("it is there");
    let middle = database.len() / 2;
    database[middle] ^= 1;
    write("damaged.db", &database);
    database[8] = 99;
    write("newer.db", &database);
    dir
}

/// Commands with nothing but their words wrong, or the files that they name.
const CASES: &[&[&str]] = &[
    &["scna", "app"],
    &["scan"],
    &["scan", "sample.tar", "--fial-on", "high"],
    &["scan", "oci-archive:nowhere.tar"],
    &["scan", "oci-archive:simple.tar"],
    &["scan", "./nowhere/image.tar"],
    &["scan", "docker-archive:folder"],
    &["scan", "oci-layout:sample.tar"],
    &["scan", "dir:nowhere"],
    &["scan", "dir:hello.txt"],
    &["scan", "cut.tar"],
    &["scan", "damaged.tar"],
    &["scan", "oci-archive:hello.txt"],
    &["scan", "hello.txt"],
    &["scan", "-"],
    &["scan", "sample.tar", "--platform", "linux/s390x"],
    &["scan", "sample.tar", "--platform", "sparc"],
    &["scan", "oci-archive:sample.tar:nope"],
    &["scan", "Upper/Case"],
    &["scan", "app@sha256:12"],
    &["scan", "app", "--offline"],
    &["scan", "registry:127.0.0.1:1/app:1"],
    &[
        "scan",
        "registry:127.0.0.1:1/app:1",
        "--registry-ca",
        "hello.txt",
    ],
    &["scan", "sample.tar", "--registry-mirror", "mirror.example"],
    &["scan", "sample.tar", "--username", "me"],
    &["scan", "purl:"],
    &["scan", "pkg:npm"],
    &["scan", "purl:list"],
    &["scan", "sbom:nowhere.json"],
    &["scan", "sbom:a.json"],
    &["scan", "sbom:cut.json"],
    &["scan", "sample.tar", "-f", "josn"],
    &["scan", "sample.tar", "-o", "josn=report.json"],
    &["scan", "sample.tar", "-o", "nowhere/report.json"],
    &["scan", "sample.tar", "-o", "folder"],
    &["scan", "sample.tar", "-o", "json=/dev/full"],
    &["scan", "sample.tar", "--platform", "all", "-f", "sarif"],
    &["scan", "sample.tar", "--fail-on", "nonsense"],
    &["scan", "sample.tar", "--severity", "severe"],
    &["scan", "sample.tar", "--ignore-file", "nowhere"],
    &["scan", "sample.tar", "--ignore-file", "broken.yaml"],
    &["scan", "sample.tar", "--ignore-file", "unknown.yaml"],
    &["scan", "sample.tar", "--ignore-file", "ignore"],
    &["scan", "sample.tar", "--vex", "hello.txt"],
    &["scan", "sample.tar", "--baseline", "a.json"],
    &["scan", "sample.tar", "--distro", "debain"],
    &["scan", "sample.tar", "--cache-dir", "hello.txt"],
    &["scan", "sample.tar", "--max-memory", "lots"],
    &["scan", "sample.tar", "--max-db-age", "3 weeks"],
    &["scan", "sample.tar", "--db", "nowhere.db"],
    &["scan", "sample.tar", "--db", "hello.txt"],
    &["scan", "sample.tar", "--db", "newer.db"],
    &["db", "status", "--db", "damaged.db"],
    &["db", "import", "damaged.db"],
    &["db", "update", "--feed", "debain"],
    &[
        "db",
        "update",
        "--from",
        "nowhere.db,http://127.0.0.1:1/a.db",
    ],
    &["db", "update", "--from", "oci:127.0.0.1:1/db:1"],
    &["db", "update", "--feed-mirror", "ftp://mirror.example"],
    &["db", "build", "--out", "a.db", "osw=folder"],
    &["db", "build", "--out", "a.db", "osv"],
    &["db", "build", "--out", "a.db", "osv=nowhere"],
    &["db", "build", "--out", "a.db", "osv=a.json"],
    &["db", "apply", "good.db", "a.json", "--out", "b.db"],
    &["vex", "init", "--from", "a.json"],
    &["explain", "CVE-2024-1", "sample.tar", "--platform", "all"],
    &["completion", "tcsh"],
    &["scan", "sample.tar", "--config", "nowhere.yaml"],
    &["scan", "sample.tar", "--config", "broken-settings.yaml"],
    &["scan", "sample.tar", "--config", "misspelt-settings.yaml"],
    &["scan", "sample.tar", "--config", "list-settings.yaml"],
    &["scan", "sample.tar", "--config", "wrong-settings.yaml"],
];

/// Runs one case and adds it to the page.
#[track_caller]
fn check(dir: &Path, environment: &[(&str, &str)], args: &[&str], page: &mut String) {
    let done = lazaret_in(dir, environment, args);
    let told = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{args:?}: {told}");
    assert!(done.stdout.is_empty(), "{args:?}: {}", text(&done.stdout));
    for (name, value) in environment {
        let _ = write!(page, "{name}={value} ");
    }
    // Lists of what there is grow without any message becoming worse.
    let shorter = |line: &str| match line.split_once("[possible values:") {
        Some((before, _)) => format!("{before}[possible values: …]\n"),
        None => format!("{line}\n"),
    };
    let told: String = told.lines().map(shorter).collect();
    let _ = write!(page, "$ lazaret {}\n{told}\n", args.join(" "));
}

#[test]
fn every_error_says_what_was_done_what_was_wrong_and_what_to_type_next() {
    let dir = fixture();
    let mut page = String::new();
    for args in CASES {
        check(dir.path(), &[], args, &mut page);
    }
    let variable = [("LAZARET_FAIL_ON", "nonsense")];
    check(dir.path(), &variable, &["scan", "sample.tar"], &mut page);
    let page = page.replace(&*dir.path().to_string_lossy(), "DIRECTORY");
    insta::assert_snapshot!(page);
}

#[test]
fn what_a_registry_refuses_is_told_with_the_way_out() {
    let dir = fixture();
    let mut page = String::new();
    let mut ask = |manners: Manners, more: &[&str]| {
        let registry = LoopbackRegistry::start(manners).expect("a port is free");
        let index = "application/vnd.oci.image.index.v1+json";
        registry.manifest(
            "app",
            "empty",
            index,
            br#"{"schemaVersion":2,"manifests":[]}"#,
        );
        let host = registry.host();
        let target = format!("registry:{host}/{}", more[0]);
        let args = [&["scan", &*target], &more[1..]].concat();
        let mut one = String::new();
        check(dir.path(), &[], &args, &mut one);
        page.push_str(&one.replace(&host, "HOST"));
    };
    let locked = || Manners {
        authorization: Some("Basic bWU6bWU=".into()),
        ..Manners::default()
    };
    let login = ["app:1", "--username", "me", "--password", "wrong"];
    ask(locked(), &["app:1"]);
    ask(locked(), &login);
    ask(Manners::default(), &["app:unknown"]);
    ask(Manners::default(), &["app:empty"]);
    let digest = format!("app@sha256:{}", "0".repeat(64));
    ask(Manners::default(), &[&digest]);
    let lying = Manners {
        lie_about_digest: true,
        ..Manners::default()
    };
    ask(lying, &["app:empty"]);
    insta::assert_snapshot!(page);
}

#[test]
fn a_daemon_that_is_not_there_and_a_name_that_nobody_knows_are_told_apart() {
    let dir = fixture();
    // What is said about either depends on the machine; that there is a way out does not.
    for target in ["docker:no-such-image", "registry:nowhere.invalid/app:1"] {
        let mut page = String::new();
        check(dir.path(), &[], &["scan", target], &mut page);
        assert!(page.contains("  try: "), "{page}");
    }
}
