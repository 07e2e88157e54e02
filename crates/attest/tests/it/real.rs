//! What others have signed: cosign itself, and the public Sigstore instance.

use std::collections::BTreeMap;

use lazaret_attest::{Anchors, BUNDLE_TYPE, Certificate, Document, PublicKey, Subject, examine};
use lazaret_model::{Digest, SignatureStatus, Signatures};
use serde::Deserialize;

use crate::world::{NOW, by_identity, by_key};

#[derive(Deserialize)]
struct Cosign {
    repository: String,
    digest: Digest,
    keys: BTreeMap<String, String>,
    authority: String,
    documents: Vec<Laid>,
}

#[derive(Deserialize)]
struct Laid {
    place: String,
    media_type: String,
    annotations: BTreeMap<String, String>,
    bytes: String,
}

/// 2027-01-01T00:00:00Z, after cosign's certificate was made.
const LATER: i64 = 1_798_761_600;

fn cosign() -> (Cosign, Vec<Document>, Subject) {
    let text = include_str!("../data/cosign.json");
    let cosign: Cosign = serde_json::from_str(text).expect("JSON");
    let documents = cosign.documents.iter().map(|laid| Document {
        place: laid.place.clone(),
        media_type: laid.media_type.clone(),
        annotations: laid.annotations.clone(),
        bytes: laid.bytes.clone().into_bytes(),
    });
    let documents = documents.collect();
    let subject = Subject {
        digests: vec![cosign.digest.clone()],
        repository: cosign.repository.clone(),
    };
    (cosign, documents, subject)
}

fn trusted(found: &Signatures) -> Vec<(&str, &str)> {
    let found = found.found.iter();
    let found = found.filter(|one| one.status == SignatureStatus::Trusted);
    found
        .map(|one| (one.place.as_str(), one.format.as_str()))
        .collect()
}

#[test]
fn what_cosign_signs_with_every_kind_of_key_is_verified() {
    let (cosign, documents, subject) = cosign();
    for (name, pem) in &cosign.keys {
        let key = PublicKey::from_pem(pem.as_bytes()).expect("a key");
        let found = examine(&documents, &subject, &[by_key(&key)], NOW);
        let expected: &[_] = match name.as_str() {
            "p256" => &[
                ("sig", "cosign signature"),
                ("att", "cosign attestation"),
                ("bundle", "sigstore bundle"),
                ("bundle", "sigstore bundle"),
            ],
            // cosign signs with Ed25519ph, which is not examined.
            "ed25519" => &[],
            _ => &[("sig", "cosign signature")],
        };
        assert_eq!(trusted(&found), expected, "{name}: {found:#?}");
        match expected.is_empty() {
            true => assert!(found.is_signed().is_err()),
            false => assert_eq!(found.is_signed(), Ok(true)),
        }
    }
}

#[test]
fn what_cosign_signs_names_its_repository() {
    let (cosign, documents, subject) = cosign();
    let key = PublicKey::from_pem(cosign.keys["p384"].as_bytes()).expect("a key");
    let mut signer = by_key(&key);
    signer.binds_repository = true;
    let found = examine(&documents, &subject, std::slice::from_ref(&signer), NOW);
    assert_eq!(found.is_signed(), Ok(true));
    let other = Subject {
        repository: "127.0.0.1:5077/shop/other".into(),
        ..subject
    };
    let found = examine(&documents, &other, &[signer], NOW);
    assert_eq!(found.is_signed(), Ok(false));
}

#[test]
fn what_cosign_signs_with_a_certificate_is_verified_while_that_is_valid() {
    let (cosign, documents, subject) = cosign();
    let roots = Certificate::from_pem(cosign.authority.as_bytes()).expect("certificates");
    let anchors = Anchors::of(roots, Vec::new());
    let signer = [by_identity("release@shop.example", None, anchors)];
    let found = examine(&documents, &subject, &signer, LATER);
    assert_eq!(trusted(&found), [("sig", "cosign signature")], "{found:#?}");
    // Ten years later it has expired.
    let found = examine(&documents, &subject, &signer, LATER + 11 * 366 * 86_400);
    assert_eq!(found.is_signed(), Ok(false));
}

fn npm() -> (Document, Subject) {
    let document = Document {
        place: "npm".into(),
        media_type: format!("{BUNDLE_TYPE}.v0.3+json"),
        bytes: include_bytes!("../data/keyless-bundle.json").to_vec(),
        ..Document::default()
    };
    let digest = "sha512:46d4e2f74c4877316640000a6fdf8a8b59f1e0847667973e9859f774dd31b8f1e0937813b777fb66a2ac67d50540fe34640966eee9fc2ccca387082b4c85cd3c";
    let subject = Subject {
        digests: vec![digest.parse().expect("a digest")],
        repository: "sigstore".into(),
    };
    (document, subject)
}

const WORKFLOW: &str =
    "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

#[test]
fn what_the_public_instance_has_signed_is_verified_through_both_logs() {
    let (document, subject) = npm();
    let root = include_bytes!("../data/trusted-root.json");
    let root = || Anchors::from_trusted_root(root).expect("a root");
    let signer = by_identity(WORKFLOW, Some(ISSUER), root());
    let found = examine(std::slice::from_ref(&document), &subject, &[signer], NOW);
    assert_eq!(
        found.attested,
        ["https://slsa.dev/provenance/v1"],
        "{found:#?}"
    );
    assert_eq!(found.found[0].detail, "logged at 2023-08-18T16:05:35Z");
    let other = by_identity(WORKFLOW, Some("https://accounts.example"), root());
    let found = examine(&[document], &subject, &[other], NOW);
    assert!(found.attested.is_empty());
}

#[test]
fn a_changed_byte_anywhere_in_what_was_signed_is_refused() {
    let (document, subject) = npm();
    let root = include_bytes!("../data/trusted-root.json");
    let signer = [by_identity(
        WORKFLOW,
        None,
        Anchors::from_trusted_root(root).expect("a root"),
    )];
    let value: serde_json::Value = serde_json::from_slice(&document.bytes).expect("JSON");
    let material = "/verificationMaterial";
    let entry = format!("{material}/tlogEntries/0");
    let places = [
        "/dsseEnvelope/payload".to_owned(),
        "/dsseEnvelope/signatures/0/sig".to_owned(),
        format!("{material}/x509CertificateChain/certificates/0/rawBytes"),
        format!("{entry}/canonicalizedBody"),
        format!("{entry}/integratedTime"),
        format!("{entry}/logId/keyId"),
        format!("{entry}/inclusionPromise/signedEntryTimestamp"),
        format!("{entry}/inclusionProof/rootHash"),
        format!("{entry}/inclusionProof/treeSize"),
        format!("{entry}/inclusionProof/hashes/3"),
        format!("{entry}/inclusionProof/checkpoint/envelope"),
    ];
    for place in places {
        let mut changed = value.clone();
        let text = changed
            .pointer_mut(&place)
            .unwrap_or_else(|| panic!("{place}"));
        let mut told: Vec<char> = text.as_str().expect("text").chars().collect();
        let middle = told.len() / 2;
        told[middle] = match told[middle] {
            '1' => '2',
            _ => '1',
        };
        *text = told.into_iter().collect::<String>().into();
        let document = Document {
            bytes: changed.to_string().into_bytes(),
            ..document.clone()
        };
        let found = examine(&[document], &subject, &signer, NOW);
        assert!(found.attested.is_empty(), "{place}");
        assert_eq!(found.found[0].status, SignatureStatus::Refused, "{place}");
    }
}
