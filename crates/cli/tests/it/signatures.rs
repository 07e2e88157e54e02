//! Signatures beside images in a registry, as typed.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lazaret_attest::{NewKey, SIGNATURE, SIMPLE_SIGNING_TYPE, SigningKey, SimplePayload};
use lazaret_testkit::image::{Layer, Made, index_of};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use serde_json::{Value, json};

use crate::{lazaret, text};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

struct World {
    dir: tempfile::TempDir,
    registry: LoopbackRegistry,
    key: SigningKey,
    /// Digest of the image in `shop/app:1`.
    image: String,
}

fn key(path: &Path) -> SigningKey {
    let text = SigningKey::generate(NewKey::P256).expect("randomness");
    let key = SigningKey::from_pem(text.as_bytes()).expect("a key");
    std::fs::write(path, key.public_pem()).expect("writable");
    key
}

impl World {
    fn new(manners: Manners) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let registry = LoopbackRegistry::start(manners).expect("a port");
        let layout = dir.path().join("images");
        let mut layer = Layer::begin(&layout, "layer").expect("a folder");
        let release = b"ID=debian\nVERSION_ID=\"12\"\n";
        layer.file("etc/os-release", 0o644, release).expect("room");
        let made = Made {
            tag: "1".to_owned(),
            layers: vec![layer.end().expect("room")],
            ..Made::default()
        };
        index_of(&layout, &[made]).expect("room");
        let index = std::fs::read(layout.join("index.json")).expect("an index");
        let index: Value = serde_json::from_slice(&index).expect("JSON");
        let image = index["manifests"][0]["digest"].as_str().expect("a digest");
        for blob in std::fs::read_dir(layout.join("blobs/sha256")).expect("blobs") {
            let bytes = std::fs::read(blob.expect("a blob").path()).expect("readable");
            registry.blob("shop/app", &bytes);
            if digest_of(&bytes) == image {
                registry.manifest("shop/app", "1", MANIFEST, &bytes);
            }
        }
        let key = key(&dir.path().join("cosign.pub"));
        key_of_somebody_else(dir.path());
        Self {
            image: image.to_owned(),
            dir,
            registry,
            key,
        }
    }

    fn name(&self) -> String {
        format!("{}/shop/app:1", self.registry.host())
    }

    /// Lays a signature beside the image, as cosign does.
    fn sign(&self, key: &SigningKey, digest: &str, repository: &str) {
        let payload = SimplePayload {
            reference: repository.to_owned(),
            digest: digest.parse().expect("a digest"),
        };
        let payload = payload.to_bytes().expect("a payload");
        let signature = STANDARD.encode(key.sign(&payload).expect("a signature"));
        self.lay(&payload, &signature);
    }

    fn lay(&self, payload: &[u8], signature: &str) {
        let repository = "shop/app";
        let config = self.registry.blob(repository, b"{}");
        let blob = self.registry.blob(repository, payload);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2 },
            "layers": [{
                "mediaType": SIMPLE_SIGNING_TYPE, "digest": blob, "size": payload.len(),
                "annotations": { SIGNATURE: signature },
            }],
        });
        let tag = format!("{}.sig", self.image.replace(':', "-"));
        let bytes = manifest.to_string();
        self.registry
            .manifest(repository, &tag, MANIFEST, bytes.as_bytes());
    }

    #[track_caller]
    fn verify(&self, options: &[&str], code: i32) -> String {
        let target = format!("registry:{}", self.name());
        let output = lazaret(self.dir.path(), &[&["verify", &target], options].concat());
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }
}

fn key_of_somebody_else(dir: &Path) {
    key(&dir.join("other.pub"));
}

#[test]
fn verify_tells_signed_from_unsigned_and_both_from_not_known() {
    let world = World::new(Manners::default());
    let own = ["--key", "cosign.pub"];
    let said = world.verify(&own, 1);
    assert!(
        said.contains("No signature was found. Looked for:"),
        "{said}"
    );
    assert!(said.contains(".sig\n"), "{said}");
    world.sign(&world.key, &world.image, "registry.example/shop/app");
    let said = world.verify(&own, 0);
    assert!(said.contains("Signed by cosign.pub."), "{said}");
    let said = world.verify(&["--key", "other.pub"], 1);
    assert!(said.contains("no trusted key has made it"), "{said}");
    let said = world.verify(&["--key", "cosign.pub", "--verify-same-repository"], 1);
    assert!(
        said.contains("it was made for registry.example/shop/app, and not for 127.0.0.1:"),
        "{said}"
    );
    let said = world.verify(&[], 2);
    assert!(said.contains("nobody is trusted"), "{said}");
    let said = world.verify(&["--verify-identity", "me@shop.example"], 2);
    assert!(
        said.contains("a name is only as good as who vouches for it"),
        "{said}"
    );
}

#[test]
fn a_signature_on_something_else_and_a_changed_one_are_refused() {
    let world = World::new(Manners::default());
    let other = digest_of(b"something else");
    world.sign(&world.key, &other, "registry.example/shop/app");
    let said = world.verify(&["--key", "cosign.pub"], 1);
    assert!(
        said.contains(&format!("it is about another image, {other}")),
        "{said}"
    );
    let payload = SimplePayload {
        reference: "registry.example/shop/app".into(),
        digest: world.image.parse().expect("a digest"),
    };
    world.lay(&payload.to_bytes().expect("a payload"), "MEUCIQ==");
    let said = world.verify(&["--key", "cosign.pub"], 1);
    assert!(said.contains("or it was changed afterwards"), "{said}");
}

#[test]
fn a_blob_that_is_not_what_was_promised_leaves_the_answer_open() {
    let world = World::new(Manners::default());
    world.sign(&world.key, &world.image, "registry.example/shop/app");
    let payload = SimplePayload {
        reference: "registry.example/shop/app".into(),
        digest: world.image.parse().expect("a digest"),
    };
    let promised = digest_of(&payload.to_bytes().expect("a payload"));
    let path = format!("/v2/shop/app/blobs/{promised}");
    world
        .registry
        .put(path, "application/octet-stream", b"something else");
    let said = world.verify(&["--key", "cosign.pub"], 3);
    assert!(
        said.contains("Whether it is signed is not known: tag sha256-"),
        "{said}"
    );
}

#[test]
fn what_is_not_in_a_registry_is_not_known() {
    let world = World::new(Manners::default());
    let dir = world.dir.path();
    let packed = std::process::Command::new("tar")
        .args(["-C", "images", "-czf", "image.tgz", "."])
        .current_dir(dir)
        .status();
    assert!(packed.expect("tar runs").success());
    let output = lazaret(
        dir,
        &["verify", "oci-archive:image.tgz", "--key", "cosign.pub"],
    );
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("registry:IMAGE asks the registry"), "{said}");
    // A layout is a place where signatures can lie, and none does.
    let output = lazaret(
        dir,
        &["verify", "oci-layout:images:1", "--key", "cosign.pub"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}

#[test]
fn json_tells_every_signature_with_its_reason() {
    let world = World::new(Manners::default());
    world.sign(&world.key, &world.image, "registry.example/shop/app");
    let json: Value =
        serde_json::from_str(&world.verify(&["--key", "cosign.pub", "-f", "json"], 0))
            .expect("JSON");
    let [one] = json.as_array().expect("a list").as_slice() else {
        panic!("one platform");
    };
    assert_eq!(one["signed"], true);
    assert_eq!(one["digest"], world.image.as_str());
    assert_eq!(one["signers"], json!(["cosign.pub"]));
    assert_eq!(one["found"][0]["status"], "trusted");
}

#[test]
fn a_policy_blocks_an_unsigned_base_with_its_reason() {
    let world = World::new(Manners::default());
    let dir = world.dir.path();
    let policy = "apiVersion: lazaret.dev/v1\nextends: default\nsigners:\n  - name: release\n    key: cosign.pub\n";
    std::fs::create_dir(dir.join("policies")).expect("a folder");
    std::fs::write(dir.join("policies/shop.yaml"), policy).expect("writable");
    std::fs::rename(dir.join("cosign.pub"), dir.join("policies/cosign.pub")).expect("movable");
    std::fs::write(
        dir.join("Dockerfile"),
        format!("FROM {}\nUSER 1\n", world.name()),
    )
    .expect("writable");
    let check = |options: &[&str], code: i32| {
        let command = [
            "check",
            "Dockerfile",
            "--base-images",
            "--environment",
            "prod",
        ];
        let output = lazaret(dir, &[&command[..], options].concat());
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = check(&["--policy", "policies/shop.yaml"], 1);
    let expected = "nobody who is trusted has signed the base image (base-image-unsigned); no signature was found: looked for what refers to sha256:";
    assert!(said.contains(expected), "{said}");
    world.sign(&world.key, &world.image, "registry.example/shop/app");
    let said = check(&["--policy", "policies/shop.yaml"], 0);
    assert!(said.contains("signed by release"), "{said}");
    let said = check(&["--verify-key", "other.pub"], 1);
    assert!(
        said.contains("no signature counts: cosign signature in tag sha256-"),
        "{said}"
    );
    // Nobody asked: the default policy does not ask, either.
    let said = check(&[], 0);
    assert!(said.contains("nobody looked for signatures"), "{said}");
}

#[test]
fn a_scan_tells_the_policy_whether_the_image_is_signed() {
    let world = World::new(Manners::default());
    let dir = world.dir.path();
    let rule = "apiVersion: lazaret.dev/v1\nrules:\n  - name: signed\n    when: '!image.signed'\n    action: block\n";
    std::fs::write(dir.join("signed.yaml"), rule).expect("writable");
    let target = format!("registry:{}", world.name());
    let scan = |options: &[&str], code: i32| {
        let command = [
            "scan",
            &target,
            "--policy",
            "signed.yaml",
            "-f",
            "json",
            "--cache-dir=none",
        ];
        let output = lazaret(dir, &[&command[..], options].concat());
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let reason = |report: &Value| report["decision"]["reasons"][0]["message"].to_string();
    // Without a key it is neither true nor false.
    let report = scan(&[], 1);
    assert!(
        reason(&report).contains("image.signed is not known: nobody looked"),
        "{report}"
    );
    let report = scan(&["--verify-key", "cosign.pub"], 1);
    assert!(!reason(&report).contains("not known"), "{report}");
    world.sign(&world.key, &world.image, "registry.example/shop/app");
    let report = scan(&["--verify-key", "cosign.pub"], 0);
    assert_eq!(
        report["target"]["signatures"]["signers"],
        json!(["cosign.pub"])
    );
}
