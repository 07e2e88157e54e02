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

/// The subjects of the gaps of kind `unsupported` in a scan for everything.
fn unsupported(dir: &Path, target: &str) -> Vec<String> {
    let scanners = "--scanners=vuln,secret,misconfig,tampering";
    let scan = lazaret(dir, &["scan", target, scanners, "-f", "json"]);
    assert_eq!(
        scan.status.code(),
        Some(0),
        "{target}: {}",
        text(&scan.stderr)
    );
    let report: serde_json::Value = serde_json::from_slice(&scan.stdout).expect("a report");
    let gaps = report["gaps"].as_array().expect("gaps").iter();
    gaps.filter(|gap| gap["kind"] == "unsupported")
        .map(|gap| gap["subject"].as_str().expect("a subject").to_owned())
        .collect()
}

#[test]
fn what_a_target_cannot_answer_is_a_gap_and_no_green() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("list"), "pkg:npm/lodash@4.17.11\n").expect("written");
    std::fs::write(dir.path().join("requirements.txt"), "jinja2==2.10\n").expect("written");
    let sbom = ["sbom", "purl:list", "-f", "cyclonedx", "-o", "bom.json"];
    assert!(lazaret(dir.path(), &sbom).status.success());
    let all = ["misconfigurations", "secrets", "signs of tampering"];
    for document in [
        "purl:list",
        "purl:pkg:npm/lodash@4.17.11",
        "sbom:bom.json",
        "./bom.json",
    ] {
        assert_eq!(unsupported(dir.path(), document), all, "{document}");
    }
    assert_eq!(
        unsupported(dir.path(), "./requirements.txt"),
        ["requirements.txt", "signs of tampering"]
    );
    let plain = lazaret(dir.path(), &["scan", "sbom:bom.json", "-f", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&plain.stdout).expect("a report");
    let kinds = report["gaps"].as_array().expect("gaps").iter();
    assert!(kinds.clone().all(|gap| gap["kind"] != "unsupported"));
    let strict = [
        "scan",
        "sbom:bom.json",
        "--scanners=secret",
        "--fail-on-gaps",
    ];
    assert_eq!(lazaret(dir.path(), &strict).status.code(), Some(3));
}

#[test]
fn every_scanner_that_the_help_names_is_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let tree = dir.path().join("tree/usr/share/doc/thing");
    std::fs::create_dir_all(&tree).expect("made");
    let license = "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n";
    std::fs::write(tree.join("LICENSE"), license).expect("written");
    // The beginning of an ELF file whose sections are named as a packer names them.
    let mut packed = b"\x7fELF\x02\x01\x01\0".to_vec();
    packed.resize(180, 0);
    packed.extend_from_slice(b"UPX!");
    packed.resize(4096, 0);
    std::fs::create_dir_all(dir.path().join("tree/tmp")).expect("made");
    std::fs::write(dir.path().join("tree/tmp/miner"), packed).expect("written");
    let args = [
        "scan",
        "dir:tree",
        "--scanners=license,tampering",
        "-f",
        "json",
    ];
    let scan = lazaret(dir.path(), &args);
    assert_eq!(scan.status.code(), Some(0), "{}", text(&scan.stderr));
    let report: serde_json::Value = serde_json::from_slice(&scan.stdout).expect("a report");
    assert_eq!(report["licenses"][0]["license"], "ISC", "{report}");
    assert_eq!(report["signs"][0]["path"], "tmp/miner", "{report}");
}
