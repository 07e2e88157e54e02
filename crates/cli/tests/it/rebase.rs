//! "On another base": real Debian images, Debian's own advisories, and records in the form of
//! its tracker for what is installed there.
//!
//! The lists that are at hand end before the images were built, so all of them is mended
//! there; the tracker's export, which tells what is open, is made for every source package:
//! the first is open in the older release alone, the second in both, and so on.

use std::path::Path;

use lazaret_model::Digest;
use lazaret_testkit::image::{Blob, Layer, index};
use lazaret_testkit::shared;
use serde_json::Value;

use crate::{lazaret, text};

fn json_of(path: &Path) -> Value {
    let bytes = std::fs::read(path).expect("readable");
    serde_json::from_slice(&bytes).expect("json")
}

/// The layers of a real image, copied into another layout.
fn layers(real: &Path, layout: &Path) -> Vec<Blob> {
    let blob = |from: &Path, digest: &Value| {
        let digest = digest.as_str().expect("a digest");
        from.join("blobs").join(digest.replace(':', "/"))
    };
    let list = json_of(&real.join("index.json"));
    let manifest = json_of(&blob(real, &list["manifests"][0]["digest"]));
    let config = json_of(&blob(real, &manifest["config"]["digest"]));
    let diff_ids = config["rootfs"]["diff_ids"].as_array().expect("a list");
    let stored = manifest["layers"].as_array().expect("a list");
    assert_eq!(stored.len(), diff_ids.len());
    let digest =
        |text: &Value| -> Digest { text.as_str().expect("text").parse().expect("a digest") };
    let copied = stored.iter().zip(diff_ids).map(|(layer, diff_id)| {
        std::fs::copy(blob(real, &layer["digest"]), blob(layout, &layer["digest"])).expect("room");
        Blob {
            digest: digest(&layer["digest"]),
            diff_id: digest(diff_id),
            size: layer["size"].as_u64().expect("a size"),
        }
    });
    copied.collect()
}

/// An application on a real Debian 11 with its packages as first released, and a Debian 12.
/// `None`, and said so, where the images or the advisories are not here.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn made(dir: &Path) -> Option<()> {
    let Some(images) = std::env::var_os("LZ_IMG_WORK") else {
        eprintln!("skipped: LZ_IMG_WORK does not tell where the corpus' real images are built");
        return None;
    };
    let images = Path::new(&images).join("oci");
    let [old, new] = ["debian11-main-only", "debian12-min"].map(|name| images.join(name));
    if !old.is_dir() || !new.is_dir() {
        eprintln!(
            "skipped: {} and {} are not there",
            old.display(),
            new.display()
        );
        return None;
    }
    let lists = shared::folder("debian-dsa-dla", dir)?;
    let layout = dir.join("images");
    let mut layer = Layer::begin(&layout, "layer").expect("a folder");
    let package = br#"{"name":"lodash","version":"4.17.20"}"#;
    layer
        .file("app/node_modules/lodash/package.json", 0o644, package)
        .expect("room");
    let own = layer.end().expect("room");
    let [old, new] = [layers(&old, &layout), layers(&new, &layout)];
    let app = old.iter().cloned().chain([own]).collect();
    let all = [("old", old), ("new", new), ("app", app)];
    let all = all.map(|(tag, layers): (&str, Vec<Blob>)| (tag.to_owned(), layers));
    index(&layout, &all).expect("room");
    let record = r#"{"id":"GHSA-aaaa-bbbb-cccc","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"4.17.21"}]}]}]}"#;
    std::fs::write(dir.join("record.json"), record).expect("writable");
    std::fs::write(dir.join("tracker.json"), tracker(dir)).expect("writable");
    let lists = format!("debian-lists={}", lists.display());
    let feeds = [&lists, "debian=tracker.json", "osv=record.json"];
    let args = [&["db", "build", "--out", "a.db"][..], &feeds].concat();
    let built = lazaret(dir, &args);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    Some(())
}

/// The tracker's export for the source packages of the older image.
fn tracker(dir: &Path) -> String {
    let made = lazaret(dir, &["sbom", "oci-layout:images:old", "-f", "json"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let bill: Value = serde_json::from_slice(&made.stdout).expect("json");
    let packages = bill["packages"].as_array().expect("a list").iter();
    let source = |p: &Value| {
        p["source"]["name"]
            .as_str()
            .or(p["name"].as_str())
            .map(str::to_owned)
    };
    let sources: std::collections::BTreeSet<String> = packages.filter_map(source).collect();
    assert!(sources.len() > 50, "a real Debian: {sources:?}");
    let open = serde_json::json!({"status": "open", "repositories": {}, "urgency": "medium"});
    let good = serde_json::json!({"status": "resolved", "fixed_version": "0", "repositories": {}});
    let records = sources.into_iter().enumerate().map(|(at, source)| {
        let newer = if at % 2 == 0 { &good } else { &open };
        let id = format!("CVE-2099-{:04}", at);
        let record = serde_json::json!({"releases": {"bullseye": open, "bookworm": newer}});
        (source, serde_json::json!({ id: record }))
    });
    Value::Object(records.collect()).to_string()
}

/// Whether the finding's vulnerability is open in the older release alone.
fn is_mended(key: &str) -> bool {
    let number = key.strip_prefix("CVE-2099-").and_then(|rest| rest.get(..4));
    number
        .and_then(|n| n.parse::<usize>().ok())
        .is_some_and(|n| n % 2 == 0)
}

#[test]
fn a_newer_debian_removes_what_the_older_had_and_leaves_the_application_s() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let Some(()) = made(dir) else { return };
    let scan = |target: &str, more: &[&str]| {
        let target = format!("oci-layout:images:{target}");
        let args = ["scan", &target, "--db", "a.db", "--fail-on", "none"];
        let out = lazaret(dir, &[&args, more].concat());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let report = |target: &str, more: &[&str]| -> Value {
        let out = scan(target, &[more, &["-f", "json"]].concat());
        serde_json::from_str(&out).expect("json")
    };
    let keys = |report: &Value| -> Vec<String> {
        let findings = report["findings"].as_array().expect("a list").iter();
        let counts = findings.filter(|f| f["suppressed"].is_null());
        counts
            .map(|f| f["key"].as_str().expect("a key").to_owned())
            .collect()
    };
    let on_new = [
        "--base",
        "oci-layout:images:old",
        "--rebase-on",
        "oci-layout:images:new",
    ];
    let told = report("app", &on_new);
    let (before, after) = (keys(&told), keys(&report("new", &[])));
    let of_debian = before.iter().filter(|key| key.contains("pkg:deb/"));
    let of_debian: Vec<&String> = of_debian.collect();
    assert!(
        of_debian.len() > 50,
        "Debian 11 has what is open: {before:?}"
    );
    let rebase = &told["rebase"];
    let removed: Vec<&str> = rebase["removed"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    // What the new base has of its own stands in the report of that base, nothing else.
    let added = rebase["added"].as_array().expect("a list");
    assert!(
        added
            .iter()
            .all(|f| after.iter().any(|key| f["key"] == **key))
    );
    assert_eq!(
        rebase["unchanged"].as_u64(),
        Some((before.len() - removed.len()) as u64)
    );
    for key in of_debian.iter().filter(|key| is_mended(key)) {
        assert!(removed.contains(&key.as_str()), "{key} stays");
    }
    let stays = of_debian
        .iter()
        .filter(|key| !removed.contains(&key.as_str()));
    assert!(stays.count() > 10, "what both have stays: {removed:?}");
    assert!(
        !removed.iter().any(|key| key.contains("lodash")),
        "{removed:?}"
    );
    let page = scan("app", &on_new);
    let page: Vec<&str> = page.split_whitespace().collect();
    let line = format!(
        "on oci-layout:images:new: {} removed, {} added, {} left",
        removed.len(),
        added.len(),
        rebase["unchanged"]
    );
    assert!(page.join(" ").contains(&line), "{line}: {page:?}");
}
