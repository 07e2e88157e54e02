//! `--vex attached` and `--vex inside`, as typed.

use std::path::Path;

use lazaret_testkit::image::{Layer, index};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use serde_json::{Value, json};

use crate::{lazaret, text};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OPENVEX: &str = "application/vnd.openvex+json";

/// A layout of an image with lodash 4.17.20 and a document inside, and a database that
/// knows something about it. The image's digest.
fn made(dir: &Path) -> String {
    let layout = dir.join("images");
    let mut layer = Layer::begin(&layout, "layer").expect("a folder");
    let package = br#"{"name":"lodash","version":"4.17.20"}"#;
    let path = "app/node_modules/lodash/package.json";
    layer.file(path, 0o644, package).expect("room");
    let inside = openvex("pkg:npm/lodash@4.17.20", "Maker").to_string();
    let path = "usr/share/vex/app.openvex.json";
    layer.file(path, 0o644, inside.as_bytes()).expect("room");
    let layers = vec![layer.end().expect("room")];
    index(&layout, &[("1".to_owned(), layers)]).expect("room");
    let record = r#"{"id":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2021-23337"],"modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"4.17.21"}]}]}]}"#;
    std::fs::write(dir.join("record.json"), record).expect("writable");
    let built = lazaret(dir, &["db", "build", "--out", "a.db", "osv=record.json"]);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    list(&layout)["manifests"][0]["digest"]
        .as_str()
        .expect("a digest")
        .to_owned()
}

fn list(layout: &Path) -> Value {
    let bytes = std::fs::read(layout.join("index.json")).expect("an index");
    serde_json::from_slice(&bytes).expect("json")
}

fn openvex(product: &str, author: &str) -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": author,
        "timestamp": "2024-01-01T00:00:00Z",
        "statements": [{
            "vulnerability": {"name": "CVE-2021-23337"}, "products": [{"@id": product}],
            "status": "not_affected", "justification": "vulnerable_code_not_present",
        }],
    })
}

/// An artifact about an image, and the blob in it.
fn artifact(subject: &str, document: &str) -> String {
    let config = json!({"mediaType": "application/vnd.oci.empty.v1+json", "size": 2,
        "digest": digest_of(b"{}")});
    json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": OPENVEX, "config": config,
        "subject": {"mediaType": MANIFEST, "digest": subject, "size": 1},
        "layers": [{"mediaType": "application/json", "digest": digest_of(document.as_bytes()),
            "size": document.len()}],
    })
    .to_string()
}

/// Puts a blob where a layout keeps it.
fn keep(layout: &Path, bytes: &str) -> String {
    let digest = digest_of(bytes.as_bytes());
    let path = layout.join("blobs").join(digest.replace(':', "/"));
    std::fs::write(path, bytes).expect("writable");
    digest
}

fn scanned(dir: &Path, target: &str, more: &[&str]) -> Value {
    let args = [
        "scan",
        target,
        "--db",
        "a.db",
        "--fail-on",
        "none",
        "-f",
        "json",
    ];
    let out = lazaret(dir, &[&args, more].concat());
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("json")
}

/// What suppresses the finding, and the gaps about statements.
fn told(report: &Value) -> (String, Vec<String>) {
    let suppressed = &report["findings"][0]["suppressed"];
    let reason = suppressed["reason"].as_str().unwrap_or("nothing");
    let gaps = report["gaps"].as_array().expect("a list").iter();
    let gaps = gaps.filter(|g| {
        g["detail"]
            .as_str()
            .is_some_and(|d| d.contains("statements") || d.contains("attached"))
    });
    let gaps = gaps.map(|g| format!("{}: {}", g["kind"], g["detail"]));
    (reason.to_owned(), gaps.collect())
}

#[test]
fn what_is_attached_in_a_layout_clears_only_when_it_is_asked_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let subject = made(dir);
    let layout = dir.join("images");
    let document = openvex(&format!("pkg:oci/app@{subject}"), "Signer").to_string();
    keep(&layout, &document);
    let manifest = artifact(&subject, &document);
    let digest = keep(&layout, &manifest);
    let mut list = list(&layout);
    list["manifests"].as_array_mut().expect("a list").push(json!({
        "mediaType": MANIFEST, "artifactType": OPENVEX, "digest": digest, "size": manifest.len(),
    }));
    std::fs::write(layout.join("index.json"), list.to_string()).expect("writable");

    let target = "oci-layout:images:1";
    let (reason, _) = told(&scanned(dir, target, &[]));
    assert_eq!(reason, "nothing");
    let report = scanned(dir, target, &["--vex", "attached"]);
    let (reason, gaps) = told(&report);
    assert_eq!(
        reason,
        "not_affected: vulnerable_code_not_present (says Signer, attached to the image, \
         signature not verified)"
    );
    assert!(gaps.is_empty(), "{gaps:?}");
    assert_eq!(report["vex"][0]["origin"], "attached");
    assert_eq!(report["vex"][0]["document"], format!("attached {digest}"));
    let out = lazaret(
        dir,
        &[
            "scan",
            target,
            "--db",
            "a.db",
            "--fail-on",
            "none",
            "--vex",
            "attached",
        ],
    );
    let table = text(&out.stdout)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let said = "1 finding suppressed by documents attached to the image, whose signatures were \
                not verified: attached sha256:";
    assert!(table.contains(said), "{table}");
}

#[test]
fn what_lies_inside_clears_on_the_image_s_own_word() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    made(dir);
    let target = "oci-layout:images:1";
    let report = scanned(dir, target, &["--vex", "inside"]);
    let (reason, gaps) = told(&report);
    assert!(
        reason.ends_with("(says Maker, inside the image itself, not signed)"),
        "{reason}"
    );
    assert!(gaps.is_empty(), "{gaps:?}");
    assert_eq!(report["vex"][0]["origin"], "inside");
    let own = openvex("pkg:npm/lodash", "Caller").to_string();
    let own = own.replace("not_affected", "affected");
    std::fs::write(dir.join("own.json"), own).expect("writable");
    let both = ["--vex", "inside", "--vex", "own.json"];
    let (reason, _) = told(&scanned(dir, target, &both));
    assert_eq!(
        reason, "nothing",
        "the caller's word goes before the image's"
    );
    // A bill of materials has no files, and says so.
    let out = lazaret(dir, &["sbom", target, "-o", "bom.json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let (reason, gaps) = told(&scanned(
        dir,
        "sbom:bom.json",
        &["--vex", "inside,attached"],
    ));
    assert_eq!(reason, "nothing");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let report = scanned(dir, "sbom:bom.json", &["--vex", "inside"]);
    let gaps = report["gaps"].as_array().expect("a list").iter();
    assert!(
        gaps.clone()
            .any(|g| g["subject"] == "exploitability statements inside")
    );
}

/// The image of the layout in a registry, with an artifact that is listed by its digest.
fn pushed(dir: &Path, subject: &str) -> (LoopbackRegistry, String) {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    for entry in std::fs::read_dir(dir.join("images/blobs/sha256")).expect("a folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("readable");
        if digest_of(&bytes) == subject {
            registry.manifest("team/app", "1", MANIFEST, &bytes);
        } else {
            registry.blob("team/app", &bytes);
        }
    }
    let target = format!("registry:{}/team/app:1", registry.host());
    (registry, target)
}

#[test]
fn a_registry_is_asked_for_what_is_attached_and_a_refusal_is_a_gap() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let subject = made(dir);
    let (registry, target) = pushed(dir, &subject);
    scanned(dir, &target, &[]);
    let asked = |part: &str| registry.requests().iter().any(|r| r.path.contains(part));
    assert!(!asked("referrers"), "nobody asked for what is attached");

    // Cosign's attestation, an envelope under a tag: one layer about this image, one about
    // another.
    let statement = |subject: &str, author: &str| {
        let hex = subject.trim_start_matches("sha256:");
        let document = openvex("pkg:npm/lodash", author);
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://openvex.dev/ns",
            "subject": [{"name": "app", "digest": {"sha256": hex}}], "predicate": document,
        });
        let payload = base64(statement.to_string().as_bytes());
        json!({"payloadType": "application/vnd.in-toto+json", "payload": payload,
            "signatures": [{"sig": "AA=="}]})
        .to_string()
    };
    let ours = statement(&subject, "Attester");
    let theirs = statement(&digest_of(b"another"), "Somebody");
    let layer = |text: &str| {
        json!({"mediaType": "application/vnd.dsse.envelope.v1+json", "size": text.len(),
            "digest": registry.blob("team/app", text.as_bytes()),
            "annotations": {"predicateType": "https://openvex.dev/ns"}})
    };
    let config = json!({"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2,
        "digest": digest_of(b"{}")});
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
        "layers": [layer(&ours), layer(&theirs)]});
    let tag = format!("{}.att", subject.replace(':', "-"));
    registry.manifest("team/app", &tag, MANIFEST, manifest.to_string().as_bytes());

    let (reason, gaps) = told(&scanned(dir, &target, &["--vex", "attached"]));
    assert!(
        reason.contains("(says Attester, attached to the image"),
        "{reason}"
    );
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].contains("about another image"), "{gaps:?}");

    registry.put(
        format!("/v2/team/app/referrers/{subject}"),
        "text/html",
        b"<html>",
    );
    let (reason, gaps) = told(&scanned(dir, &target, &["--vex", "attached"]));
    assert_eq!(reason, "nothing");
    assert!(gaps[0].contains("cannot be listed"), "{gaps:?}");
}

/// Base64 as RFC 4648 has it, which no dependency of this crate's tests writes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, b| word << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            match at <= chunk.len() {
                true => out.push(char::from(LETTERS[(word >> (18 - 6 * at) & 63) as usize])),
                false => out.push('='),
            }
        }
    }
    out
}
