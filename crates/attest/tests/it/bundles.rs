//! Statements: in envelopes of their own and in Sigstore bundles.

use lazaret_attest::{
    BUNDLE_TYPE, DSSE_TYPE, Document, Envelope, STATEMENT_TYPE, SigningKey, Statement,
};
use serde_json::{Value, json};

use crate::world::{
    Fulcio, ISSUER, Made, REPOSITORY, THEN, WORKFLOW, base64, by_identity, by_key, examined, hex,
    image, key, refused, sha256,
};

const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";
const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

fn envelope(name: &str, predicate: &str, key: &SigningKey) -> Vec<u8> {
    let statement = Statement::about(REPOSITORY, &image(name), predicate, "{}");
    let statement = statement
        .and_then(|one| one.to_bytes())
        .expect("a statement");
    Envelope::sign(STATEMENT_TYPE, &statement, key).expect("an envelope")
}

fn attestation(bytes: Vec<u8>) -> Document {
    Document {
        media_type: DSSE_TYPE.into(),
        bytes,
        ..Document::default()
    }
}

/// A bundle around an envelope.
fn bundle(envelope: &[u8], material: Value) -> Document {
    let envelope: Value = serde_json::from_slice(envelope).expect("JSON");
    let media_type = format!("{BUNDLE_TYPE}.v0.3+json");
    let bytes = json!({
        "mediaType": media_type, "verificationMaterial": material, "dsseEnvelope": envelope,
    });
    Document {
        media_type,
        bytes: bytes.to_string().into_bytes(),
        ..Document::default()
    }
}

/// The log's entry for an envelope.
fn logged(envelope: &[u8], verifier: &str) -> String {
    let parsed = Envelope::parse(envelope).expect("an envelope");
    json!({
        "apiVersion": "0.0.1", "kind": "dsse",
        "spec": {
            "envelopeHash": { "algorithm": "sha256", "value": hex(&sha256(envelope)) },
            "payloadHash": { "algorithm": "sha256", "value": hex(&sha256(&parsed.payload)) },
            "signatures": [{ "signature": base64(&parsed.signatures[0]), "verifier": base64(verifier) }],
        },
    })
    .to_string()
}

#[test]
fn an_attestation_is_told_and_is_no_signature() {
    let key = key();
    let document = attestation(envelope("app", PROVENANCE, &key));
    let found = examined(&document, &[by_key(key.public())]);
    assert_eq!(found.attested, [PROVENANCE]);
    assert_eq!(found.is_signed(), Ok(false));
}

#[test]
fn an_attestation_about_another_image_or_by_another_key_is_refused() {
    let key = key();
    let trusted = [by_key(key.public())];
    let document = attestation(envelope("other", PROVENANCE, &key));
    refused(&document, &trusted, "it is about another image");
    let document = attestation(envelope("app", PROVENANCE, &crate::world::key()));
    refused(&document, &trusted, "no trusted key has made it");
}

#[test]
fn a_payload_of_another_type_cannot_pass_for_a_statement() {
    let key = key();
    let bytes = String::from_utf8(envelope("app", PROVENANCE, &key)).expect("JSON");
    let bytes = bytes.replace(STATEMENT_TYPE, "application/octet-stream");
    let found = examined(&attestation(bytes.into_bytes()), &[by_key(key.public())]);
    assert!(found.attested.is_empty());
    // The signature covers the type, too.
    let bytes = String::from_utf8(envelope("app", "text", &key)).expect("JSON");
    let parsed = Envelope::parse(bytes.as_bytes()).expect("an envelope");
    let moved = Envelope::sign("text/plain", &parsed.payload, &key).expect("an envelope");
    let moved = String::from_utf8(moved)
        .expect("JSON")
        .replace("text/plain", STATEMENT_TYPE);
    refused(
        &attestation(moved.into_bytes()),
        &[by_key(key.public())],
        "no trusted key",
    );
}

#[test]
fn a_bundle_by_a_key_that_says_signed_is_a_signature() {
    let key = key();
    let material = json!({ "publicKey": { "hint": "whatever" } });
    let document = bundle(&envelope("app", SIGNED, &key), material);
    let found = examined(&document, &[by_key(key.public())]);
    assert_eq!(found.signers, ["release"]);
    assert!(found.attested.is_empty());
}

#[test]
fn a_bundle_with_certificate_promise_and_proof_counts() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let envelope = envelope("app", SIGNED, &signer.key);
    let trusted = by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors());
    let entry = fulcio
        .log
        .entry(&logged(&envelope, &signer.pem), Some(THEN));
    let material = |entry: &Value| json!({ "certificate": { "rawBytes": base64(&signer.der) }, "tlogEntries": [entry] });
    let found = examined(
        &bundle(&envelope, material(&entry)),
        std::slice::from_ref(&trusted),
    );
    assert_eq!(found.signers, ["workflow"], "{found:?}");

    type Change = fn(&mut Value);
    let changes: [(Change, &str); 5] = [
        (
            |e| e["inclusionProof"]["logIndex"] = "0".into(),
            "leads to another tree",
        ),
        (
            |e| e["inclusionProof"]["treeSize"] = "3".into(),
            "the proof",
        ),
        (
            |e| e["inclusionProof"]["hashes"] = json!([]),
            "does not fit the size",
        ),
        (
            |e| e["integratedTime"] = "1777593901".into(),
            "has not signed this entry",
        ),
        (
            |e| {
                e["inclusionProof"]["checkpoint"]["envelope"] =
                    "log\n2\nAAAA\n\n\u{2014} log AAAAAAAA\n".into()
            },
            "has not signed the checkpoint",
        ),
    ];
    for (change, why) in changes {
        let mut entry = entry.clone();
        change(&mut entry);
        refused(
            &bundle(&envelope, material(&entry)),
            std::slice::from_ref(&trusted),
            why,
        );
    }
}

#[test]
fn a_bundle_whose_time_only_an_authority_states_leaves_the_answer_open() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let envelope = envelope("app", SIGNED, &signer.key);
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    let mut material = json!({
        "certificate": { "rawBytes": base64(&signer.der) },
        "tlogEntries": [fulcio.log.entry(&logged(&envelope, &signer.pem), None)],
    });
    // Without either there is no time at all.
    refused(
        &bundle(&envelope, material.clone()),
        &trusted,
        "the log has not signed when it took it",
    );
    material["timestampVerificationData"] =
        json!({ "rfc3161Timestamps": [{ "signedTimestamp": "AAAA" }] });
    let found = examined(&bundle(&envelope, material), &trusted);
    let why = found.is_signed().expect_err("unknown");
    assert!(
        why.contains("timestamps of authorities (RFC 3161) are not examined"),
        "{why}"
    );
}

#[test]
fn a_bundle_that_signs_bytes_states_nothing_about_an_image() {
    let key = key();
    let bytes = json!({
        "mediaType": format!("{BUNDLE_TYPE}.v0.3+json"),
        "verificationMaterial": { "publicKey": { "hint": "" } },
        "messageSignature": { "messageDigest": { "algorithm": "SHA2_256", "digest": "AAAA" }, "signature": "AAAA" },
    });
    let document = Document {
        media_type: format!("{BUNDLE_TYPE}.v0.3+json"),
        bytes: bytes.to_string().into_bytes(),
        ..Document::default()
    };
    let found = examined(&document, &[by_key(key.public())]);
    let why = found.is_signed().expect_err("unknown");
    assert!(why.contains("it signs bytes"), "{why}");
}
