//! Images made in code, as files of a layout or of a docker archive.

use std::io::Write;
use std::path::{Path, PathBuf};

use lazaret_testkit::registry::digest_of;
use serde_json::{Value, json};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// Files by their paths.
#[derive(Default)]
pub(crate) struct Made(pub(crate) Vec<(String, Vec<u8>)>);

impl Made {
    /// Adds a blob, and describes it.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = digest_of(bytes);
        let path = format!("blobs/{}", digest.replace(':', "/"));
        self.0.push((path, bytes.to_vec()));
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    pub(crate) fn document(&mut self, media_type: &str, value: &Value) -> Value {
        self.blob(media_type, value.to_string().as_bytes())
    }

    /// Adds an image of these stored layers, each with the tar that it inflates to, and
    /// describes its manifest.
    pub(crate) fn image(&mut self, platform: &str, layers: &[(Value, &[u8])]) -> Value {
        let diff_ids: Vec<String> = layers.iter().map(|(_, tar)| digest_of(tar)).collect();
        let (os, architecture) = platform.split_once('/').expect("os/architecture");
        let config = json!({
            "os": os, "architecture": architecture,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        let config = self.document(CONFIG, &config);
        let layers: Vec<&Value> = layers.iter().map(|(layer, _)| layer).collect();
        self.document(
            MANIFEST,
            &json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}),
        )
    }

    /// An image of one plain layer with one file, called after its content.
    pub(crate) fn simple(&mut self, platform: &str, file: &str) -> Value {
        let tar = tar(&[(file, b"content")]);
        let layer = self.blob(LAYER, &tar);
        self.image(platform, &[(layer, &tar)])
    }

    /// Ends a layout with these entries of its index.
    pub(crate) fn layout(mut self, manifests: &[Value]) -> Self {
        let index = json!({"schemaVersion": 2, "manifests": manifests});
        self.0.push(("index.json".into(), index.to_string().into()));
        let version = br#"{"imageLayoutVersion":"1.0.0"}"#;
        self.0.push(("oci-layout".into(), version.to_vec()));
        self
    }

    /// Adds an image as `docker save` lists it: its tags, and one plain layer.
    pub(crate) fn saved(&mut self, tags: &[&str], file: &str) -> Value {
        let layer = tar(&[(file, b"content")]);
        let config = json!({
            "os": "linux", "architecture": "amd64",
            "rootfs": {"type": "layers", "diff_ids": [digest_of(&layer)]},
        });
        let config = config.to_string().into_bytes();
        let name = digest_of(&config).replace("sha256:", "") + ".json";
        self.0.push((name.clone(), config));
        let place = format!("{}/layer.tar", &digest_of(&layer)[7..]);
        self.0.push((place.clone(), layer));
        json!({"Config": name, "RepoTags": tags, "Layers": [place]})
    }

    pub(crate) fn tar(&self) -> Vec<u8> {
        let files = self
            .0
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        tar(&files.collect::<Vec<_>>())
    }

    /// Writes it as one archive.
    pub(crate) fn write(&self, dir: &Path) -> PathBuf {
        let path = dir.join("image.tar");
        std::fs::write(&path, self.tar()).expect("written");
        path
    }
}

/// The same descriptor with a name.
pub(crate) fn called(mut descriptor: Value, name: &str) -> Value {
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": name});
    descriptor
}

/// The same descriptor with a platform.
pub(crate) fn on(mut descriptor: Value, platform: &str) -> Value {
    let (os, architecture) = platform.split_once('/').expect("os/architecture");
    descriptor["platform"] = json!({"os": os, "architecture": architecture});
    descriptor
}

/// A ustar archive of regular files.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, content) in files {
        let mut block = [0u8; 512];
        let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
        put(0, path.as_bytes());
        put(100, b"0000644\0");
        put(124, format!("{:011o}\0", content.len()).as_bytes());
        put(148, b"        ");
        put(156, b"0");
        put(257, b"ustar\x0000");
        let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&block);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
