//! Trees of systems against the feeds of their distributions, from files to findings.

use std::path::Path;

use serde_json::Value;

use crate::{lazaret, text};

const ARCH_FEED: &str = r#"[
    {"name": "AVG-1", "packages": ["zlib"], "status": "Fixed", "severity": "High", "type": "x",
     "fixed": "1:1.2.12-1", "issues": ["CVE-2018-25032"]},
    {"name": "AVG-2", "packages": ["xz"], "status": "Fixed", "severity": "Low", "type": "x",
     "fixed": "5.6.1-2", "issues": ["CVE-2024-3094"]}]"#;

const GENTOO_FEED: &str = r#"<?xml version="1.0"?><glsa id="202210-42">
    <title>zlib: Multiple vulnerabilities</title><announced>2022-10-31</announced>
    <affected><package name="sys-libs/zlib" auto="yes" arch="*">
      <unaffected range="ge">1.2.12-r3</unaffected><vulnerable range="lt">1.2.12-r3</vulnerable>
    </package></affected>
    <references><uri link="https://nvd.nist.gov/vuln/detail/CVE-2022-37434">CVE-2022-37434</uri></references>
    </glsa>"#;

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = dir.join(path);
        let folder = path.parent().expect("a folder");
        std::fs::create_dir_all(folder).expect("the folder is writable");
        std::fs::write(path, content).expect("the folder is writable");
    }
}

fn scan(dir: &Path, tree: &str) -> Value {
    let target = format!("dir:{tree}");
    let out = lazaret(dir, &["scan", &target, "--db", "test.db", "-f", "json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("json")
}

/// `purl id fixed` of each finding.
fn findings(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().cloned().unwrap_or_default();
    let line = |f: &Value| {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        format!(
            "{} {} {}",
            text(&f["package"]["purl"]),
            text(&f["id"]),
            text(&f["fixed_versions"][0])
        )
    };
    all.iter().map(line).collect()
}

fn gaps(report: &Value) -> Vec<&str> {
    let all = report["gaps"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    all.iter().filter_map(|g| g["kind"].as_str()).collect()
}

#[test]
fn arch_and_gentoo_are_matched_with_their_own_feeds() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let desc = |name: &str, version: &str| {
        format!("%NAME%\n{name}\n\n%VERSION%\n{version}\n\n%ARCH%\nx86_64\n")
    };
    write(
        dir,
        &[
            ("feeds/arch.json", ARCH_FEED),
            ("feeds/glsa-202210-42.xml", GENTOO_FEED),
            ("arch/etc/os-release", "ID=arch\nBUILD_ID=rolling\n"),
            (
                "arch/var/lib/pacman/local/zlib-1:1.2.11-5/desc",
                &desc("zlib", "1:1.2.11-5"),
            ),
            (
                "arch/var/lib/pacman/local/xz-5.6.1-3/desc",
                &desc("xz", "5.6.1-3"),
            ),
            ("gentoo/etc/os-release", "ID=gentoo\nVERSION_ID=2.14\n"),
            (
                "gentoo/var/db/pkg/sys-libs/zlib-1.2.12-r2/CONTENTS",
                "obj /lib/libz.so.1 0 0\n",
            ),
            ("gentoo/var/db/pkg/app-arch/zlib-1.2.12-r2/CONTENTS", ""),
        ],
    );
    let built = lazaret(
        dir,
        &[
            "db",
            "build",
            "--out",
            "test.db",
            "arch=feeds/arch.json",
            "gentoo=feeds",
        ],
    );
    assert!(built.status.success(), "{}", text(&built.stderr));
    assert_eq!(
        findings(&scan(dir, "arch")),
        ["pkg:alpm/arch/zlib@1:1.2.11-5?arch=x86_64&distro=arch CVE-2018-25032 1:1.2.12-1"]
    );
    assert_eq!(
        findings(&scan(dir, "gentoo")),
        ["pkg:ebuild/sys-libs/zlib@1.2.12-r2?distro=gentoo CVE-2022-37434 1.2.12-r3"]
    );
}

#[test]
fn a_system_that_nobody_names_is_a_gap_and_references_are_no_findings() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let status = "Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.11-1\n";
    write(
        dir,
        &[
            ("feeds/arch.json", ARCH_FEED),
            ("unknown/var/lib/dpkg/status", status),
            ("project/Dockerfile", "FROM alpine:3.19\n"),
            (
                "project/.github/workflows/ci.yml",
                "jobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4\n",
            ),
        ],
    );
    let built = lazaret(
        dir,
        &["db", "build", "--out", "test.db", "arch=feeds/arch.json"],
    );
    assert!(built.status.success(), "{}", text(&built.stderr));
    let unknown = scan(dir, "unknown");
    assert!(gaps(&unknown).contains(&"unknown_distro"), "{unknown}");
    let project = scan(dir, "project");
    assert!(findings(&project).is_empty());
    let listed = serde_json::to_string(&project["gaps"]).expect("json");
    assert!(
        listed.contains("container image") && listed.contains("GitHub action"),
        "{listed}"
    );
}

#[test]
fn a_folder_of_the_nix_store_is_one_package() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let root = "tree/nix/store/0c5pm7wrlpwa2dnvvh4qz5vmdb2rqwfs-openssl-3.0.12-bin";
    write(
        dir,
        &[
            (&format!("{root}/bin/openssl"), "#!"),
            (&format!("{root}/share/x"), ""),
        ],
    );
    let out = lazaret(dir, &["sbom", "dir:tree", "--format", "purls"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(text(&out.stdout), "pkg:nix/openssl@3.0.12\n");
}
