//! What is attached to an image: in registries that list it, in those that cannot, and in
//! layouts.

use lazaret_image::referrers::{Found, Referrers, Wanted};
use lazaret_image::registry::{self, RegistryError};
use lazaret_image::{Choice, Image, ImageRef, Limits, Platforms, open_archive};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use serde_json::{Value, json};

use crate::made::{INDEX, MANIFEST, Made, called, on};
use crate::registry::{content, fill, open, options};

const OPENVEX: &str = "application/vnd.openvex+json";

/// Everything at paths of one repository, as a registry or a layout would keep it.
struct Kept {
    registry: LoopbackRegistry,
    reference: ImageRef,
    subject: String,
}

fn kept() -> Kept {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    let reference = fill(&registry, &content());
    let image = open(&reference, &options()).expect("the image opens");
    let subject = image.digest.expect("it has a digest").to_string();
    Kept {
        registry,
        reference,
        subject,
    }
}

impl Kept {
    /// Adds an artifact about `subject`, and describes it as a list would.
    fn artifact(&self, subject: Option<&str>, kind: &str, text: &str) -> Value {
        let blob = self.registry.blob("team/app", text.as_bytes());
        let manifest = artifact(subject, kind, &blob, text.len()).to_string();
        let digest = digest_of(manifest.as_bytes());
        let path = format!("/v2/team/app/manifests/{digest}");
        self.registry.put(path, MANIFEST, manifest.as_bytes());
        json!({
            "mediaType": MANIFEST, "digest": digest, "size": manifest.len(),
            "artifactType": kind, "annotations": {"made.by": text},
        })
    }

    fn lists(&self, query: &str, more: &str, entries: &[Value]) {
        let list = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries});
        let path = format!("/v2/team/app/referrers/{}{query}", self.subject);
        let header = format!("{INDEX}{more}");
        self.registry
            .put(path, &header, list.to_string().as_bytes());
    }

    fn tag(&self, ending: &str, value: &Value) {
        let tag = self.subject.replace(':', "-") + ending;
        let bytes = value.to_string();
        self.registry
            .manifest("team/app", &tag, MANIFEST, bytes.as_bytes());
    }

    fn image(&self) -> Image {
        open(&self.reference, &options()).expect("the image opens")
    }
}

fn artifact(subject: Option<&str>, kind: &str, blob: &str, size: usize) -> Value {
    let mut manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2,
            "digest": digest_of(b"{}")},
        "layers": [{"mediaType": kind, "digest": blob, "size": size}],
    });
    if let Some(subject) = subject {
        manifest["subject"] = json!({"mediaType": MANIFEST, "digest": subject, "size": 1});
    }
    manifest
}

/// The content of every artifact, with how it was found.
fn read(image: &Image, found: &Referrers) -> Vec<String> {
    let attachments = image.attachments().expect("something can be attached");
    let each = found.list.iter().map(|referrer| {
        let got = attachments.manifest(referrer).and_then(|manifest| {
            let blob = attachments.blob(&manifest.blobs[0], 1 << 20)?;
            Ok(String::from_utf8_lossy(&blob).into_owned())
        });
        let how = match &referrer.found {
            Found::Tag(tag) => format!("tag {}", tag.rsplit('.').next().unwrap_or_default()),
            other => format!("{other:?}").to_lowercase(),
        };
        match got {
            Ok(text) => format!("{how}: {text}"),
            Err(error) => format!("{how}: {error}"),
        }
    });
    each.collect()
}

#[test]
fn a_registry_lists_page_by_page_what_refers_to_an_image() {
    let kept = kept();
    let [a, b] = ["one", "two"].map(|t| kept.artifact(Some(&kept.subject), OPENVEX, t));
    let next = format!(
        "\r\nLink: </v2/team/app/referrers/{}?after=1>; rel=\"next\"",
        kept.subject
    );
    kept.lists("", &next, &[a]);
    kept.lists("?after=1", "", &[b]);
    let image = kept.image();
    let found = image.referrers(&Wanted::default()).expect("it lists");
    assert!(!found.has_more);
    assert_eq!(read(&image, &found), ["listed: one", "listed: two"]);
    let first = &found.list[0];
    assert_eq!(first.artifact_type.as_deref(), Some(OPENVEX));
    assert_eq!(first.annotations["made.by"], "one");
}

#[test]
fn a_type_is_asked_for_and_held_against_the_answer() {
    let kept = kept();
    let wanted = kept.artifact(Some(&kept.subject), OPENVEX, "one");
    let other = kept.artifact(Some(&kept.subject), "text/plain", "two");
    // This registry does not filter although it was asked to.
    kept.lists(
        "?artifactType=application/vnd.openvex%2Bjson",
        "",
        &[wanted, other],
    );
    let image = kept.image();
    let asked = Wanted {
        artifact_type: Some(OPENVEX),
        cosign: &[],
    };
    let found = image.referrers(&asked).expect("it lists");
    assert_eq!(read(&image, &found), ["listed: one"]);
}

#[test]
fn where_the_registry_cannot_list_the_tag_of_the_list_is_read() {
    let kept = kept();
    let entry = kept.artifact(Some(&kept.subject), OPENVEX, "one");
    kept.tag(
        "",
        &json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}),
    );
    let image = kept.image();
    let found = image.referrers(&Wanted::default()).expect("it lists");
    assert_eq!(read(&image, &found), ["fallback: one"]);
}

#[test]
fn what_cosign_tags_is_found_beside_the_list() {
    let kept = kept();
    kept.lists(
        "",
        "",
        &[kept.artifact(Some(&kept.subject), OPENVEX, "one")],
    );
    for ending in ["sig", "att"] {
        let blob = kept.registry.blob("team/app", ending.as_bytes());
        kept.tag(&format!(".{ending}"), &artifact(None, "dsse", &blob, 3));
    }
    let image = kept.image();
    let found = image.referrers(&Wanted::default()).expect("it lists");
    let expected = ["listed: one", "tag sig: sig", "tag att: att"];
    assert_eq!(read(&image, &found), expected);
}

#[test]
fn nothing_attached_is_an_empty_list_and_a_refusal_is_an_error() {
    let kept = kept();
    let image = kept.image();
    let found = image.referrers(&Wanted::default()).expect("it lists");
    assert_eq!(found, Referrers::default());
    kept.registry.put(
        format!("/v2/team/app/referrers/{}", kept.subject),
        "text/html",
        b"<html>welcome</html>",
    );
    let error = image.referrers(&Wanted::default()).expect_err("no list");
    assert!(matches!(error, RegistryError::Protocol { .. }), "{error}");
}

#[test]
fn what_does_not_name_the_image_is_not_believed_to_be_attached() {
    let kept = kept();
    let elsewhere = digest_of(b"another image");
    let entry = kept.artifact(Some(&elsewhere), OPENVEX, "one");
    kept.lists("", "", &[entry, kept.artifact(None, OPENVEX, "two")]);
    let image = kept.image();
    let found = image.referrers(&Wanted::default()).expect("it lists");
    assert_eq!(found.list.len(), 2);
    for text in read(&image, &found) {
        assert!(text.contains("it is listed for"), "{text}");
    }
}

#[test]
fn an_attached_document_is_bounded_and_verified() {
    let kept = kept();
    let entry = kept.artifact(Some(&kept.subject), OPENVEX, "statement");
    kept.lists("", "", &[entry]);
    let image = kept.image();
    let found = image.referrers(&Wanted::default()).expect("it lists");
    let attachments = image.attachments().expect("something can be attached");
    let manifest = attachments.manifest(&found.list[0]).expect("it is there");
    let blob = &manifest.blobs[0];
    let error = attachments.blob(blob, 8).expect_err("it has nine bytes");
    assert!(error.to_string().contains("exceeds the limit"), "{error}");
    let path = format!("/v2/team/app/blobs/{}", blob.digest);
    kept.registry.put(path, "x", b"statemint");
    let error = attachments.blob(blob, 9).expect_err("it is another");
    assert!(error.to_string().contains("was promised"), "{error}");
}

#[test]
fn what_is_attached_is_found_by_reference_without_opening_the_image() {
    let kept = kept();
    kept.lists(
        "",
        "",
        &[kept.artifact(Some(&kept.subject), OPENVEX, "one")],
    );
    let attachments = registry::attachments(&kept.reference, &options()).expect("a client");
    let subject = kept.subject.parse().expect("a digest");
    let found = attachments.list(&subject, &Wanted::default());
    assert_eq!(found.expect("it lists").list.len(), 1);
}

#[test]
fn what_is_attached_to_an_index_or_lies_in_it_belongs_to_its_images() {
    let mut made = Made::default();
    let image = made.simple("linux/amd64", "a");
    let attestation = made.blob("in-toto", b"statement");
    let attestation = made.document(
        MANIFEST,
        &json!({"schemaVersion": 2, "config": attestation, "layers": [attestation]}),
    );
    let mut attestation = on(attestation, "unknown/unknown");
    attestation["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image["digest"],
    });
    let entries = [on(image, "linux/amd64"), attestation];
    let index = made.document(
        INDEX,
        &json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}),
    );
    let digest = index["digest"].as_str().expect("a digest").to_owned();
    let blob = made.blob(OPENVEX, b"one");
    let of = |d: &Value| d["digest"].as_str().expect("a digest").to_owned();
    let about = artifact(Some(&digest), OPENVEX, &of(&blob), 3);
    let about = made.document(MANIFEST, &about);
    let by_tag = made.document(MANIFEST, &artifact(None, "dsse", &of(&blob), 3));
    let by_tag = called(by_tag, &format!("{}.att", digest.replace(':', "-")));
    let mut about = about;
    about["artifactType"] = json!(OPENVEX);
    let made = made.layout(&[called(index, "app:1"), about, by_tag]);
    let dir = tempfile::tempdir().expect("a directory");
    let path = made.write(dir.path());
    let one = entries[0]["digest"].as_str().map(str::to_owned);
    for name in [Some("app:1".to_owned()), one] {
        let choice = Choice {
            name,
            platforms: Platforms::Host,
        };
        let images = open_archive(&path, &choice, &Limits::default()).expect("it opens");
        let image = &images[0];
        let expected: Vec<_> = digest.parse().into_iter().collect();
        assert_eq!(image.indexes, expected);
        let found = image.referrers(&Wanted::default()).expect("it lists");
        let expected = ["index: statement", "listed: one", "tag att: one"];
        assert_eq!(read(image, &found), expected);
    }
}
