//! The report of an image equals the report of its bill of materials.

use std::path::{Path, PathBuf};
use std::process::Command;

use lazaret_testkit::shared;

use crate::{lazaret, text};

/// The shared images, unpacked; `None` where they are not at hand.
fn images(into: &Path) -> Option<Vec<PathBuf>> {
    let archive = shared::path("corpus/images/db.tar.zst")?;
    let command = format!(
        "zstd -dcq --long=27 '{}' | tar x -C '{}'",
        archive.display(),
        into.display()
    );
    let unpacked = Command::new("sh").args(["-c", &command]).status();
    assert!(unpacked.expect("sh runs").success(), "{command}");
    let mut all: Vec<PathBuf> = std::fs::read_dir(into.join("db"))
        .ok()?
        .filter_map(|e| Some(e.ok()?.path()))
        .collect();
    all.retain(|p| p.to_string_lossy().ends_with(".oci.tar"));
    all.sort();
    Some(all)
}

/// What two reports must agree on: everything but the name of what was typed.
fn essence(report: &[u8]) -> (serde_json::Value, serde_json::Value) {
    let mut report: serde_json::Value = serde_json::from_slice(report).expect("a report");
    (report["packages"].take(), report["findings"].take())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn an_image_and_its_bill_of_materials_give_one_report() {
    let dir = tempfile::tempdir().expect("a directory");
    lazaret(dir.path(), &["debug", "sample", "--out", "sample.oci.tar"]);
    let mut images = images(dir.path()).unwrap_or_else(|| {
        eprintln!("skipped: the shared images are not here; only the sample is tried");
        Vec::new()
    });
    images.push(dir.path().join("sample.oci.tar"));
    for image in images {
        let target = format!("oci-archive:{}", image.display());
        // An image is the base of itself, so all of it is the base's, and stays so.
        let base = ["--base", &target];
        let scan = ["scan", &target, "-f", "json"];
        let direct = lazaret(dir.path(), &[&scan[..], &base].concat());
        assert_eq!(
            direct.status.code(),
            Some(0),
            "{target}: {}",
            text(&direct.stderr)
        );
        let (packages, findings) = essence(&direct.stdout);
        for one in [&packages, &findings] {
            let mut all = one.as_array().expect("a list").iter();
            assert!(all.all(|one| one["from_base"] == true), "{target}: {one}");
        }
        for format in ["cyclonedx", "spdx", "json"] {
            let sbom = ["sbom", &target, "-f", format, "-o", "bom.json"];
            let made = lazaret(dir.path(), &[&sbom[..], &base].concat());
            assert!(
                made.status.success(),
                "{target} {format}: {}",
                text(&made.stderr)
            );
            let again = lazaret(dir.path(), &["scan", "sbom:bom.json", "-f", "json"]);
            assert!(
                again.status.success(),
                "{target} {format}: {}",
                text(&again.stderr)
            );
            assert!(
                essence(&direct.stdout) == essence(&again.stdout),
                "{target} as {format}"
            );
        }
    }
}

#[test]
fn inventories_of_images_are_matched_again_only_where_news_touches_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let Some(feed) = shared::path("feeds/alma-osv.tar.zst") else {
        return;
    };
    let Some(images) = images(dir.path()) else {
        return;
    };
    let mut stored = Vec::new();
    for (number, image) in images.iter().enumerate() {
        let (target, name) = (
            format!("oci-archive:{}", image.display()),
            format!("{number}.json"),
        );
        let made = lazaret(dir.path(), &["sbom", &target, "-f", "json", "-o", &name]);
        assert!(made.status.success(), "{target}: {}", text(&made.stderr));
        stored.push(name);
    }
    let source = format!("osv={}", feed.display());
    let dates = [
        "2021-06-01",
        "2022-01-01",
        "2022-07-01",
        "2024-01-01",
        "2026-01-01",
    ];
    let mut snapshots = Vec::new();
    for date in dates {
        let name = format!("{date}.db");
        build(dir.path(), &name, &["--as-of", date, &source]);
        snapshots.push(name);
    }
    let pairs = snapshots
        .windows(2)
        .map(|pair| (pair[0].clone(), pair[1].clone()));
    let (mut touched, mut changed) = (0, 0);
    for (old, new) in pairs {
        let told = compared(dir.path(), &old, &new, &stored);
        touched += told.0;
        changed += told.1;
    }
    assert!(touched < stored.len() * (dates.len() - 1), "{touched}");
    println!(
        "{} pairs, {} images: {touched} touched, {changed} changed",
        dates.len() - 1,
        stored.len()
    );
}

#[test]
fn two_snapshots_of_an_upstream_differ_by_their_delta_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let Some(feeds) = shared::folder("azurelinux-oval", dir.path()) else {
        return;
    };
    let feeds = feeds.join("azurelinux-oval");
    let inventory = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
        {"type":"operating-system","name":"azurelinux","version":"3.0"},
        {"type":"library","name":"curl","version":"8.8.0-1.azl3",
         "purl":"pkg:rpm/azurelinux/curl@8.8.0-1.azl3?distro=azurelinux-3.0"}]}"#;
    std::fs::write(dir.path().join("bom.json"), inventory).expect("a file");
    for (name, file) in [
        ("old.db", "azurelinux-3.0-oval.2024-10-10.xml"),
        ("new.db", "azurelinux-3.0-oval.xml"),
    ] {
        let source = format!("azurelinux={}", feeds.join(file).display());
        build(dir.path(), name, &[&source]);
    }
    let stored = ["bom.json".to_owned()];
    let (touched, changed) = compared(dir.path(), "old.db", "new.db", &stored);
    assert_eq!((touched, changed), (1, 1));
}

fn build(dir: &Path, name: &str, rest: &[&str]) {
    let built = lazaret(dir, &[&["db", "build", "--out", name], rest].concat());
    assert!(built.status.success(), "{}", text(&built.stderr));
}

/// How many inventories the difference of two databases touches and changes, none of the
/// others among them; and that the delta between the two gives the very bytes of the second.
fn compared(dir: &Path, old: &str, new: &str, stored: &[String]) -> (usize, usize) {
    let mut args = vec!["debug", "rematch", old, new];
    args.extend(stored.iter().map(String::as_str));
    let told = lazaret(dir, &args);
    assert!(told.status.success(), "{}", text(&told.stderr));
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let count = |key: &str| told[key].as_array().map_or(0, Vec::len);
    assert_eq!(count("missed"), 0, "{told}");
    for args in [
        ["db", "delta", old, new, "--out", "news"],
        ["db", "apply", old, "news", "--out", "again.db"],
    ] {
        let done = lazaret(dir, &args);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
    let bytes = |name: &str| std::fs::read(dir.join(name)).expect("a file");
    assert!(bytes("again.db") == bytes(new), "{old} to {new}");
    (count("touched"), count("changed"))
}
