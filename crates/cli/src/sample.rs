//! A small image to try things on, made on the spot: an old Debian with an old application.

use std::path::Path;

use anyhow::Context as _;
use lazaret_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::errors;

const STATUS: &str = "\
Package: openssl
Status: install ok installed
Maintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>
Architecture: amd64
Version: 3.0.5-4
Description: a package of the sample image

Package: libc6
Status: install ok installed
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Source: glibc
Version: 2.36-9
Description: a package of the sample image
";

const OS_RELEASE: &str = "\
PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"
NAME=\"Debian GNU/Linux\"
VERSION_ID=\"12\"
VERSION_CODENAME=bookworm
ID=debian
";

/// The files of the two layers: a base, and an application on it.
const LAYERS: [&[(&str, &str)]; 2] = [
    &[
        ("etc/os-release", OS_RELEASE),
        ("var/lib/dpkg/status", STATUS),
    ],
    &[
        (
            "app/node_modules/lodash/package.json",
            "{\"name\":\"lodash\",\"version\":\"4.17.11\"}\n",
        ),
        (
            "app/node_modules/minimist/package.json",
            "{\"name\":\"minimist\",\"version\":\"0.0.8\"}\n",
        ),
        (
            "app/lib/python3.11/site-packages/Jinja2-2.10.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.10\n",
        ),
    ],
];

/// Writes the sample as an OCI archive.
pub(crate) fn write(out: &Path) -> anyhow::Result<()> {
    let files = layout();
    if let Some(parent) = out.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
    }
    let archive = tar(files.iter().map(|(p, c)| (p.as_str(), c.as_slice())));
    std::fs::write(out, archive).with_context(|| errors::write(out))
}

/// Writes the sample as an OCI layout, its index last: whoever sees that finds the rest.
pub(crate) fn write_layout(directory: &Path) -> anyhow::Result<()> {
    for (path, content) in layout() {
        let path = directory.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("create {}", parent.display()))?;
        }
        std::fs::write(&path, content).with_context(|| errors::write(&path))?;
    }
    Ok(())
}

/// The files of the sample's OCI layout.
fn layout() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut blob = |bytes: Vec<u8>| {
        let digest = digest(&bytes);
        let size = bytes.len();
        files.push((format!("blobs/sha256/{}", digest.hex()), bytes));
        (digest, size)
    };
    let mut layers = Vec::new();
    let mut diff_ids = Vec::new();
    for layer in LAYERS {
        let (digest, size) = blob(tar(layer.iter().map(|(p, c)| (*p, c.as_bytes()))));
        diff_ids.push(digest.to_string());
        layers.push(serde_json::json!({
            "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": size
        }));
    }
    let config = serde_json::json!({
        "os": "linux", "architecture": "amd64",
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": [
            { "created_by": "FROM debian:12" },
            { "created_by": "COPY app /app" },
        ],
    });
    let (config, size) = blob(config.to_string().into_bytes());
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": size },
        "layers": layers,
    });
    let (manifest, size) = blob(manifest.to_string().into_bytes());
    let index = serde_json::json!({
        "schemaVersion": 2,
        "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": manifest, "size": size,
            "annotations": { "org.opencontainers.image.ref.name": "sample" },
        }],
    });
    files.push((
        "oci-layout".into(),
        b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec(),
    ));
    files.push(("index.json".into(), index.to_string().into_bytes()));
    files
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::sha256(&Sha256::digest(bytes).into())
}

/// A ustar archive of regular files with short names.
fn tar<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, content) in files {
        let mut header = [0u8; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[108..115].copy_from_slice(b"0000000");
        header[116..123].copy_from_slice(b"0000000");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[136..147].copy_from_slice(b"00000000000");
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}
