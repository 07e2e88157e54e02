//! The report of an image equals the report of its bill of materials.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{lazaret, text};

/// The shared images, unpacked; `None` where they are not at hand.
fn images(into: &Path) -> Option<Vec<PathBuf>> {
    let archive = lazaret_testkit::shared::path("corpus/images/db.tar.zst")?;
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
    let Some(feed) = lazaret_testkit::shared::path("feeds/alma-osv.tar.zst") else {
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
    for (name, date) in [("old.db", "2022-01-01"), ("new.db", "2022-07-01")] {
        let args = ["db", "build", "--out", name, "--as-of", date, &source];
        let built = lazaret(dir.path(), &args);
        assert!(built.status.success(), "{}", text(&built.stderr));
    }
    let mut args = vec!["debug", "rematch", "old.db", "new.db"];
    args.extend(stored.iter().map(String::as_str));
    let told = lazaret(dir.path(), &args);
    assert!(told.status.success(), "{}", text(&told.stderr));
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let count = |key: &str| told[key].as_array().map_or(0, Vec::len);
    assert_eq!(count("missed"), 0, "{told}");
    assert!(count("touched") < stored.len(), "{told}");
    println!(
        "{} of {} images touched, {} changed",
        count("touched"),
        stored.len(),
        count("changed")
    );
}
