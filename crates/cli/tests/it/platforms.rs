//! Images of several platforms: one report each.

use std::path::Path;
use std::process::Output;

use lazaret_model::Digest;
use lazaret_testkit::image::Layer;
use lazaret_testkit::registry::digest_of;
use serde_json::{Value, json};

use crate::{lazaret, text};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Writes a document as a blob, and describes it.
fn document(layout: &Path, media_type: &str, value: &Value) -> Value {
    let bytes = value.to_string().into_bytes();
    let digest: Digest = digest_of(&bytes).parse().expect("a digest");
    std::fs::write(layout.join("blobs/sha256").join(digest.hex()), &bytes).expect("written");
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

/// An image of one package, as an entry of an index.
fn image(layout: &Path, architecture: &str, package: &str) -> Value {
    let mut layer = Layer::begin(layout, architecture).expect("a layer");
    let path = format!("app/node_modules/{package}/package.json");
    let content = json!({"name": package, "version": "1.0.0"}).to_string();
    layer
        .file(&path, 0o644, content.as_bytes())
        .expect("written");
    let blob = layer.end().expect("written");
    let config = json!({
        "os": "linux", "architecture": architecture,
        "rootfs": {"type": "layers", "diff_ids": [blob.diff_id.to_string()]},
    });
    let config = document(layout, "application/vnd.oci.image.config.v1+json", &config);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config,
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest": blob.digest.to_string(), "size": blob.size,
        }],
    });
    let mut entry = document(layout, MANIFEST, &manifest);
    entry["platform"] = json!({"os": "linux", "architecture": architecture});
    entry
}

/// A layout `multi` with an image for two platforms and the attestation of one.
pub(crate) fn layout(dir: &Path) {
    let layout = dir.join("multi");
    let mut attestation = image(&layout, "unknown", "attestation");
    attestation["platform"]["os"] = "unknown".into();
    attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let manifests = [
        image(&layout, "amd64", "left"),
        image(&layout, "arm64", "right"),
        attestation,
    ];
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": manifests});
    let index = document(&layout, media_type, &index);
    let list = json!({"schemaVersion": 2, "manifests": [index]});
    std::fs::write(layout.join("index.json"), list.to_string()).expect("written");
    let version = r#"{"imageLayoutVersion":"1.0.0"}"#;
    std::fs::write(layout.join("oci-layout"), version).expect("written");
}

fn run(dir: &Path, args: &[&str], options: &[&str]) -> Output {
    let all = ["oci-layout:multi", "--platform", "all", "--cache-dir=none"];
    lazaret(dir, &[args, &all, options].concat())
}

#[test]
fn json_of_all_platforms_is_an_array_of_reports() {
    let dir = tempfile::tempdir().expect("a directory");
    layout(dir.path());
    for command in ["scan", "sbom"] {
        let output = run(dir.path(), &[command], &["-f", "json"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let reports: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let of = |n: usize| {
            let package = &reports[n]["packages"][0]["name"];
            (reports[n]["target"]["platform"].clone(), package.clone())
        };
        assert_eq!(of(0), ("linux/amd64".into(), "left".into()), "{command}");
        assert_eq!(of(1), ("linux/arm64".into(), "right".into()), "{command}");
        assert_eq!(reports.as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn what_people_read_follows_one_another() {
    let dir = tempfile::tempdir().expect("a directory");
    layout(dir.path());
    let table = run(dir.path(), &["scan"], &["--list-all-pkgs"]);
    let shown = text(&table.stdout);
    let (amd, arm) = (shown.find("linux/amd64"), shown.find("linux/arm64"));
    assert!(amd.is_some() && amd < arm, "{shown}{}", text(&table.stderr));
    let purls = run(dir.path(), &["sbom"], &["-f", "purls"]);
    assert_eq!(
        text(&purls.stdout),
        "pkg:npm/left@1.0.0\npkg:npm/right@1.0.0\n"
    );
}

#[test]
fn a_file_is_written_for_each_platform() {
    let dir = tempfile::tempdir().expect("a directory");
    layout(dir.path());
    let output = run(
        dir.path(),
        &["scan"],
        &["-o", "sarif=a.sarif", "-o", "cyclonedx=b"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in [
        "a.linux-amd64.sarif",
        "a.linux-arm64.sarif",
        "b.linux-amd64",
        "b.linux-arm64",
    ] {
        assert!(dir.path().join(name).is_file(), "{name}");
    }
    let output = run(dir.path(), &["scan"], &["-f", "sarif"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("-o sarif=FILE"), "{said}");
}

#[test]
fn the_worst_platform_decides_and_a_missing_one_is_named_with_the_others() {
    let dir = tempfile::tempdir().expect("a directory");
    layout(dir.path());
    let record = r#"{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":
        {"ecosystem":"npm","name":"right"},"ranges":[{"type":"SEMVER","events":
        [{"introduced":"0"}]}]}]}"#;
    std::fs::create_dir(dir.path().join("osv")).expect("a directory");
    std::fs::write(dir.path().join("osv/GHSA-1.json"), record).expect("written");
    let ignored = "GHSA-1\nGHSA-2\n";
    let build = ["db", "build", "--out", "a.db", "osv=osv"];
    assert!(lazaret(dir.path(), &build).status.success());
    let gate = ["--db", "a.db", "--fail-on", "unknown"];
    let refused = run(dir.path(), &["scan"], &gate);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    std::fs::write(dir.path().join(".trivyignore"), ignored).expect("written");
    let allowed = run(dir.path(), &["scan"], &gate);
    assert_eq!(allowed.status.code(), Some(0), "{}", text(&allowed.stderr));
    // Only the second rule is of no use to any platform.
    let said = text(&allowed.stderr);
    assert!(
        said.contains("GHSA-2") && !said.contains("GHSA-1"),
        "{said}"
    );
    let one = ["scan", "oci-layout:multi", "--platform", "linux/s390x"];
    let missing = lazaret(dir.path(), &one);
    assert_eq!(missing.status.code(), Some(2));
    let said = text(&missing.stderr);
    assert!(
        said.contains("it is for linux/amd64, linux/arm64"),
        "{said}"
    );
}
