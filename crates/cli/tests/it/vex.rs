//! `--vex` and `vex init`, as typed.

use crate::{lazaret, text};

#[test]
fn a_drafted_document_clears_what_it_was_written_about() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    std::fs::write(dir.join("purls"), "pkg:npm/lodash@4.17.20\n").expect("writable");
    let record = r#"{"id":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2021-23337"],"modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"4.17.21"}]}]}]}"#;
    std::fs::write(dir.join("record.json"), record).expect("writable");
    let run = |args: &[&str]| {
        let out = lazaret(dir, args);
        assert_eq!(
            out.status.code(),
            Some(0),
            "{args:?}: {}",
            text(&out.stderr)
        );
        text(&out.stdout)
    };
    run(&["db", "build", "--out", "a.db", "osv=record.json"]);
    let scan = ["scan", "purl:purls", "--db", "a.db"];
    run(&[&scan[..], &["-f", "json", "-o", "report.json"]].concat());

    let refused = lazaret(
        dir,
        &[
            "vex",
            "init",
            "--from",
            "report.json",
            "--status",
            "not_affected",
        ],
    );
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("needs a reason"));
    let label = "vulnerable_code_not_present";
    run(&[
        "vex",
        "init",
        "--from",
        "report.json",
        "--status",
        "not_affected",
        "--justification",
        label,
        "--author",
        "Example",
        "-o",
        "app.openvex.json",
    ]);

    let cleared = [
        &scan[..],
        &["--vex", "app.openvex.json", "--fail-on", "low,unknown"],
    ]
    .concat();
    let table = run(&cleared);
    assert!(
        table.contains("1 concern a finding, 0 concern none"),
        "{table}"
    );
    let shown = run(&[&cleared[..], &["--show-suppressed"]].concat());
    assert!(shown.contains(label), "{shown}");

    // The same statement about another version misses, and says by how much.
    let other = std::fs::read_to_string(dir.join("app.openvex.json")).expect("a document");
    let other = other.replace("4.17.20", "4.17.19");
    std::fs::write(dir.join("other.openvex.json"), other).expect("writable");
    let table = run(&[&scan[..], &["--vex", "other.openvex.json"]].concat());
    assert!(table.contains("about version 4.17.19"), "{table}");
}

#[test]
fn a_repository_of_statements_stays_in_its_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    std::fs::write(dir.join("purls"), "pkg:npm/lodash@4.17.20\n").expect("writable");
    let hub = dir.join("hub");
    std::fs::create_dir(&hub).expect("a folder");
    let index = |location: &str| {
        let text = format!(r#"{{"packages":[{{"id":"pkg:npm/lodash","location":"{location}"}}]}}"#);
        std::fs::write(hub.join("index.json"), text).expect("writable");
        lazaret(dir, &["scan", "purl:purls", "--vex", "hub"])
    };
    let out = index("../purls");
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("not inside the repository"));
    let statements = r#"{"@id":"x","statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:npm/lodash"}],"status":"fixed"}]}"#;
    std::fs::write(hub.join("lodash.json"), statements).expect("writable");
    let out = index("lodash.json");
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("0 concern a finding, 1 concern none"));
}
