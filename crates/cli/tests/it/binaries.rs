//! Programs without a package manager, beside those of a distribution, in images made here.

use std::path::Path;

use lazaret_testkit::image::{Layer, index};

use crate::{lazaret, text};

const OS_RELEASE: &str = "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n";

const STATUS: &str = "\
Package: nginx
Status: install ok installed
Maintainer: Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>
Architecture: amd64
Version: 1.22.1-9
Description: a web server
";

/// A file that passes for the web server in that version.
fn server(version: &str) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0".to_vec();
    bytes.resize(5000, 0);
    bytes.extend_from_slice(format!("\0nginx version: nginx/{version}\n\0").as_bytes());
    bytes.resize(9000, 0);
    bytes
}

/// An image with the server of the distribution, and one that was copied in.
fn image(layout: &Path) -> std::io::Result<()> {
    let mut layer = Layer::begin(layout, "layer")?;
    layer.file("etc/os-release", 0o644, OS_RELEASE.as_bytes())?;
    layer.file("var/lib/dpkg/status", 0o644, STATUS.as_bytes())?;
    let list = b"/.\n/usr\n/usr/sbin\n/usr/sbin/nginx\n";
    layer.file("var/lib/dpkg/info/nginx.list", 0o644, list)?;
    layer.file("usr/sbin/nginx", 0o755, &server("1.22.1"))?;
    layer.file("opt/nginx/sbin/nginx", 0o755, &server("1.25.1"))?;
    index(layout, &[("latest".to_owned(), vec![layer.end()?])])
}

#[test]
fn a_program_of_a_distribution_package_names_its_owner_and_another_none() {
    let dir = tempfile::tempdir().expect("a directory");
    image(&dir.path().join("image")).expect("an image");
    let sbom = lazaret(
        dir.path(),
        &["sbom", "oci-layout:image:latest", "-f", "json"],
    );
    assert!(sbom.status.success(), "{}", text(&sbom.stderr));
    let report: serde_json::Value = serde_json::from_slice(&sbom.stdout).expect("JSON");
    let packages = report["packages"].as_array().expect("packages");
    let found = |purl: &str| {
        packages
            .iter()
            .find(|p| p["purl"].as_str() == Some(purl))
            .unwrap_or_else(|| panic!("{purl} is missing: {packages:#?}"))
    };
    let copied = found("pkg:generic/nginx@1.25.1");
    assert!(copied["owner"].is_null(), "{copied}");
    assert_eq!(
        copied["cpes"][0], "cpe:2.3:a:f5:nginx:1.25.1:*:*:*:*:*:*:*",
        "{copied}"
    );
    let owned = found("pkg:generic/nginx@1.22.1");
    let owner = owned["owner"].as_str().unwrap_or_default();
    assert!(
        owner.starts_with("pkg:deb/debian/nginx@1.22.1-9"),
        "{owned}"
    );
}
