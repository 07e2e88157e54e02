//! Which crate may know which: `ARCHITECTURE.md` as a test.

use std::collections::BTreeSet;
use std::process::Command;

/// Every arrow between crates of this workspace, test dependencies left out.
const ARROWS: &[(&str, &[&str])] = &[
    ("version", &[]),
    ("model", &["version"]),
    ("attest", &["model"]),
    ("check", &["model"]),
    ("ecosystem", &["model", "version"]),
    ("image", &["model"]),
    ("fix", &["check", "model", "version"]),
    ("forge", &[]),
    ("inspect", &["model"]),
    ("policy", &["model", "version"]),
    ("report", &["model"]),
    ("advisory", &["ecosystem", "model", "version"]),
    ("match", &["advisory", "ecosystem", "model", "version"]),
    (
        "scan",
        &[
            "advisory",
            "check",
            "ecosystem",
            "image",
            "inspect",
            "match",
            "model",
            "version",
        ],
    ),
    ("testkit", &["model"]),
    ("trace", &[]),
    ("vex", &["model", "version"]),
    ("wire", &["model", "trace"]),
    ("store", &["model", "trace"]),
    (
        "control",
        &[
            "advisory", "image", "match", "model", "policy", "report", "scan", "store", "trace",
            "wire",
        ],
    ),
    (
        "edge",
        &[
            "advisory", "image", "match", "model", "policy", "scan", "trace", "wire",
        ],
    ),
    (
        "cli",
        &[
            "advisory",
            "attest",
            "check",
            "control",
            "ecosystem",
            "edge",
            "fix",
            "forge",
            "image",
            "match",
            "model",
            "policy",
            "report",
            "scan",
            "trace",
            "version",
            "vex",
            "wire",
        ],
    ),
];

#[test]
fn crates_know_only_what_lies_below_them() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(
        packages.len(),
        ARROWS.len(),
        "a crate is missing from the list"
    );
    for package in packages {
        let name = package["name"]
            .as_str()
            .expect("a name")
            .trim_start_matches("lazaret-");
        let allowed = ARROWS.iter().find(|(n, _)| *n == name);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{name} is not in the list"));
        let known: BTreeSet<&str> = package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter(|d| d["kind"].as_str() != Some("dev"))
            .filter_map(|d| d["name"].as_str()?.strip_prefix("lazaret-"))
            .collect();
        let extra: Vec<&&str> = known.iter().filter(|k| !allowed.contains(k)).collect();
        assert!(extra.is_empty(), "{name} must not know {extra:?}");
    }
}
