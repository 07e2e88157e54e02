//! Signatures of the Notary Project, as JSON Web Signatures.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lazaret_attest::{Anchors, Certificate, Document, JWS_TYPE};
use lazaret_model::Digest;
use rcgen::{
    CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd,
};
use serde_json::{Value, json};

use crate::world::{authority, base64, by_identity, examined, image, refused};

struct World {
    root: CertifiedIssuer<'static, KeyPair>,
    leaf: Vec<u8>,
    pair: EcdsaKeyPair,
}

fn world(year_of_expiry: i32) -> World {
    let root = authority("notary");
    let pair = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Shop");
    params
        .distinguished_name
        .push(DnType::CommonName, "release");
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(year_of_expiry, 2, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    let leaf = params.signed_by(&pair, &root).expect("a certificate");
    let der = pair.serialize_der();
    World {
        leaf: leaf.der().to_vec(),
        pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).expect("a key"),
        root,
    }
}

fn protected() -> Value {
    json!({
        "alg": "ES256",
        "cty": "application/vnd.cncf.notary.payload.v1+json",
        "crit": ["io.cncf.notary.signingScheme"],
        "io.cncf.notary.signingScheme": "notary.x509",
        "io.cncf.notary.signingTime": "2026-05-01T00:00:00Z",
    })
}

fn document(world: &World, digest: &Digest, protected: &Value) -> Document {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let payload = encoded(&json!({ "targetArtifact": {
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 7,
    } }));
    let protected = encoded(protected);
    let message = format!("{protected}.{payload}");
    let signature = world.pair.sign(&SystemRandom::new(), message.as_bytes());
    let bytes = json!({
        "payload": payload, "protected": protected,
        "header": { "x5c": [base64(&world.leaf), base64(world.root.der())] },
        "signature": URL_SAFE_NO_PAD.encode(signature.expect("a signature")),
    });
    Document {
        media_type: JWS_TYPE.into(),
        bytes: bytes.to_string().into_bytes(),
        ..Document::default()
    }
}

fn trusted(world: &World) -> lazaret_attest::TrustedSigner {
    let anchors = Anchors::of(
        vec![Certificate::from_der(world.root.der()).expect("a certificate")],
        Vec::new(),
    );
    by_identity("O=Shop, CN=release", None, anchors)
}

#[test]
fn a_signature_by_a_trusted_certificate_counts() {
    let world = world(2029);
    let document = document(&world, &image("app"), &protected());
    let found = examined(&document, &[trusted(&world)]);
    assert_eq!(found.signers, ["workflow"], "{found:?}");
    assert_eq!(found.found[0].claims, "O=Shop, CN=release");
}

#[test]
fn another_image_an_expired_certificate_and_a_changed_header_are_refused() {
    let good = world(2029);
    let other = document(&good, &image("other"), &protected());
    refused(&other, &[trusted(&good)], "it is about another image");
    let old = world(2026);
    let late = document(&old, &image("app"), &protected());
    refused(
        &late,
        &[trusted(&old)],
        "the certificate expired at 2026-02-01T00:00:00Z",
    );
    let text = String::from_utf8(document(&good, &image("app"), &protected()).bytes);
    let mut changed: Value = serde_json::from_str(&text.expect("JSON")).expect("JSON");
    let mut header = protected();
    header["io.cncf.notary.signingTime"] = "2026-05-02T00:00:00Z".into();
    changed["protected"] = URL_SAFE_NO_PAD.encode(header.to_string()).into();
    let changed = Document {
        media_type: JWS_TYPE.into(),
        bytes: changed.to_string().into_bytes(),
        ..Document::default()
    };
    refused(
        &changed,
        &[trusted(&good)],
        "the certificate's key has not made it",
    );
}

#[test]
fn what_expired_by_its_own_word_is_refused() {
    let world = world(2029);
    let mut header = protected();
    header["io.cncf.notary.expiry"] = "2026-05-20T00:00:00Z".into();
    let document = document(&world, &image("app"), &header);
    refused(
        &document,
        &[trusted(&world)],
        "it was good until 2026-05-20T00:00:00Z",
    );
}

#[test]
fn a_critical_header_that_nobody_knows_leaves_the_answer_open() {
    let world = world(2029);
    let mut header = protected();
    header["crit"] = json!([
        "io.cncf.notary.signingScheme",
        "io.cncf.notary.verificationPlugin"
    ]);
    let document = document(&world, &image("app"), &header);
    let found = examined(&document, &[trusted(&world)]);
    assert!(
        found
            .is_signed()
            .expect_err("unknown")
            .contains("critical header")
    );
}
