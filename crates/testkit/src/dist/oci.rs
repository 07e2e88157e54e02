//! An image as an OCI archive (OCI Image Format Specification 1.1).

use std::io;

use lazaret_model::Digest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Entry, gzip, tar};

/// What the image is and how it is run.
#[derive(Debug, Clone)]
pub struct About {
    /// The name that the archive calls it by, such as `lazaret:1.0`.
    pub name: String,
    /// Architecture in Go's words: `amd64`.
    pub architecture: String,
    /// Program and arguments.
    pub entrypoint: Vec<String>,
    /// User and group by number: no name is looked up, and no shell is there for one.
    pub user: String,
    /// Environment, `NAME=value`.
    pub environment: Vec<String>,
    /// Labels, by name.
    pub labels: Vec<(String, String)>,
}

/// The archive of an image whose one layer has these files.
///
/// # Errors
/// When a path is too long.
pub fn archive(about: &About, files: &[Entry]) -> io::Result<Vec<u8>> {
    let mut entries = Vec::new();
    let mut blob = |media_type: &str, bytes: Vec<u8>| {
        let digest = Digest::sha256(&Sha256::digest(&bytes).into());
        let described = json!({
            "mediaType": media_type, "digest": digest.to_string(), "size": bytes.len(),
        });
        entries.push(Entry::file(format!("blobs/sha256/{}", digest.hex()), bytes));
        described
    };
    let layer = tar::archive(files, "")?;
    let diff_id = Digest::sha256(&Sha256::digest(&layer).into());
    let layer = blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip(&layer)?);
    let labels: serde_json::Map<String, Value> = about
        .labels
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let config = json!({
        "os": "linux",
        "architecture": about.architecture,
        "created": "1970-01-01T00:00:00Z",
        "config": {
            "User": about.user,
            "Env": about.environment,
            "Entrypoint": about.entrypoint,
            "WorkingDir": "/",
            // A program that ends has no health.
            "Healthcheck": { "Test": ["NONE"] },
            "Labels": labels,
        },
        "rootfs": { "type": "layers", "diff_ids": [diff_id.to_string()] },
        "history": [{ "created": "1970-01-01T00:00:00Z", "created_by": "make dist" }],
    });
    let config = blob(
        "application/vnd.oci.image.config.v1+json",
        config.to_string().into_bytes(),
    );
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [layer],
    });
    let mut manifest = blob(
        "application/vnd.oci.image.manifest.v1+json",
        manifest.to_string().into_bytes(),
    );
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": about.name });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [manifest],
    });
    entries.push(Entry::file("index.json", index.to_string()));
    entries.push(Entry::file(
        "oci-layout",
        "{\"imageLayoutVersion\":\"1.0.0\"}",
    ));
    tar::archive(&entries, "")
}
