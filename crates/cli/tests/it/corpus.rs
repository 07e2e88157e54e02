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
        let direct = lazaret(dir.path(), &["scan", &target, "-f", "json"]);
        assert_eq!(
            direct.status.code(),
            Some(0),
            "{target}: {}",
            text(&direct.stderr)
        );
        for format in ["cyclonedx", "spdx", "json"] {
            let made = lazaret(
                dir.path(),
                &["sbom", &target, "-f", format, "-o", "bom.json"],
            );
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
