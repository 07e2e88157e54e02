//! Debian's registry, filled over HTTP, and skopeo as its client.

use std::path::Path;
use std::process::{Command, Output};

use lazaret_testkit::process;
use reqwest::blocking::Client;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::process::{Process, SOON, have, until};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// `docker-registry`.
pub(crate) struct Registry {
    dir: TempDir,
    pub(crate) host: String,
    http: Client,
    _process: Process,
}

/// Whether the peers are here.
pub(crate) fn peers() -> bool {
    have(&["docker-registry", "skopeo"])
}

impl Registry {
    /// Starts one at `host` that tells `events` (address and secret) of pushes.
    pub(crate) fn start(host: &str, events: Option<(&str, &str)>) -> Self {
        Self::start_as(host, events, &|command| command)
    }

    /// The same with another command around it.
    pub(crate) fn start_as(
        host: &str,
        events: Option<(&str, &str)>,
        change: &dyn Fn(Command) -> Command,
    ) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().display();
        let notifications = events.map_or(String::new(), |(url, secret)| {
            format!(
                "notifications:\n  endpoints:\n    - name: lazaret\n      url: {url}\n      \
                 headers: {{Authorization: ['Bearer {secret}']}}\n      timeout: 2s\n      \
                 threshold: 3\n      backoff: 1s\n"
            )
        });
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\n\
             storage: {{filesystem: {{rootdirectory: {place}/storage}}, delete: {{enabled: true}}}}\n\
             http: {{addr: '{host}', secret: s}}\n{notifications}"
        );
        let file = dir.path().join("registry.yml");
        std::fs::write(&file, config).expect("written");
        let mut command = process::command("docker-registry");
        command.arg("serve").arg(&file);
        let process = Process::spawn(change(command));
        let http = Client::builder().timeout(SOON).build().expect("a client");
        until("the registry answers", SOON, || {
            let answer = http.get(format!("http://{host}/v2/")).send();
            answer
                .is_ok_and(|answer| answer.status() == 200)
                .then_some(())
        });
        Self {
            dir,
            host: host.to_owned(),
            http,
            _process: process,
        }
    }

    /// Pushes an image of Alpine with an npm package of a version; its digest. Equal packages
    /// are equal layers.
    pub(crate) fn push(&self, repository: &str, tag: &str, packages: &[(&str, &str)]) -> String {
        let mut layers = vec![tar("etc/os-release", "ID=alpine\nVERSION_ID=3.20.0\n")];
        for (name, version) in packages {
            let path = format!("app/node_modules/{name}/package.json");
            layers.push(tar(
                &path,
                &json!({"name": name, "version": version}).to_string(),
            ));
        }
        self.push_layers(repository, tag, &layers)
    }

    /// Pushes an image of these layers; its digest.
    pub(crate) fn push_layers(&self, repository: &str, tag: &str, layers: &[Vec<u8>]) -> String {
        let diff_ids: Vec<String> = layers.iter().map(|layer| digest_of(layer)).collect();
        let config = json!({"architecture": "amd64", "os": "linux", "config": {"Labels": {"at": tag}},
            "rootfs": {"type": "layers", "diff_ids": diff_ids}});
        let config = config.to_string().into_bytes();
        let described = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": digest_of(bytes), "size": bytes.len()});
        let all: Vec<_> = layers.iter().map(|layer| described(LAYER, layer)).collect();
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST,
            "config": described(CONFIG, &config), "layers": all});
        for blob in layers.iter().chain([&config]) {
            self.blob(repository, blob);
        }
        let manifest = manifest.to_string();
        let put = self
            .http
            .put(self.url(&format!("{repository}/manifests/{tag}")));
        let put = put
            .header("content-type", MANIFEST)
            .body(manifest.clone())
            .send();
        assert_eq!(put.expect("an answer").status(), 201);
        digest_of(manifest.as_bytes())
    }

    /// Takes the last layers of an image away, as a storage that has lost them.
    pub(crate) fn lose_layers(&self, repository: &str, reference: &str, last: usize) {
        let manifest = self
            .http
            .get(self.url(&format!("{repository}/manifests/{reference}")));
        let manifest = manifest
            .header("accept", MANIFEST)
            .send()
            .expect("an answer");
        let manifest: serde_json::Value = manifest.json().expect("JSON");
        let layers = manifest["layers"].as_array().expect("layers");
        for layer in layers.iter().rev().take(last) {
            let hex = layer["digest"]
                .as_str()
                .expect("a digest")
                .replace("sha256:", "");
            let blobs = self
                .dir
                .path()
                .join("storage/docker/registry/v2/blobs/sha256");
            let folder = blobs.join(&hex[..2]).join(&hex);
            std::fs::remove_dir_all(folder).expect("it was there");
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/v2/{path}", self.host)
    }

    fn blob(&self, repository: &str, bytes: &[u8]) {
        let digest = digest_of(bytes);
        let there = self
            .http
            .head(self.url(&format!("{repository}/blobs/{digest}")))
            .send();
        if there.expect("an answer").status() == 200 {
            return;
        }
        let begun = self
            .http
            .post(self.url(&format!("{repository}/blobs/uploads/")))
            .send();
        let begun = begun.expect("an answer");
        let place = begun.headers()["location"]
            .to_str()
            .expect("text")
            .to_owned();
        let put = self
            .http
            .put(format!("{place}&digest={digest}"))
            .body(bytes.to_vec());
        assert_eq!(put.send().expect("an answer").status(), 201);
    }
}

/// What skopeo makes of a pull from `host` into a directory of its own.
pub(crate) fn pull(host: &str, image: &str) -> Output {
    let into = tempfile::tempdir().expect("a directory");
    let to = format!("dir:{}", into.path().display());
    let from = format!("docker://{host}/{image}");
    skopeo(
        &["copy", "-q", "--src-tls-verify=false", &from, &to],
        into.path(),
    )
}

/// skopeo with nothing of the user's.
pub(crate) fn skopeo(arguments: &[&str], home: &Path) -> Output {
    let mut command = Command::new("skopeo");
    command
        .args(["--insecure-policy"])
        .args(arguments)
        .env("HOME", home);
    command.output().expect("skopeo runs")
}

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A tar with one file (POSIX.1-1988, `ustar`).
pub(crate) fn tar(path: &str, text: &str) -> Vec<u8> {
    let mut head = [0_u8; 512];
    let mut put =
        |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, path);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", text.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut bytes = head.to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.resize(bytes.len().div_ceil(512) * 512 + 1024, 0);
    bytes
}
