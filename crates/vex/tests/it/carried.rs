//! Documents that come with an image: taken out of what carries them, and trusted less.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use lazaret_model::{Digest, VexDocument, VexOrigin};
use lazaret_vex::{Document, carried, read_carried};
use serde_json::{Value, json};

use crate::fixtures::{DIGEST, applied, openvex};

const INDEX: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

fn subjects() -> Vec<Digest> {
    [DIGEST, INDEX].map(|d| d.parse().unwrap()).into()
}

fn about(products: &Value, status: &str, timestamp: &str) -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Maker",
        "timestamp": timestamp,
        "statements": [{
            "vulnerability": {"name": "CVE-2021-23337"}, "products": products,
            "status": status, "justification": "vulnerable_code_not_present",
        }],
    })
}

fn statement(digest: &str, predicate_type: &str, predicate: &Value) -> Value {
    let hex = digest.trim_start_matches("sha256:");
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": hex}}],
        "predicateType": predicate_type, "predicate": predicate,
    })
}

fn envelope(payload: &str) -> Value {
    let payload_type = "application/vnd.in-toto+json";
    json!({"payloadType": payload_type, "payload": payload, "signatures": [{"sig": "AA=="}]})
}

fn taken(value: &Value) -> Result<Option<Value>, String> {
    let text = carried("it", value.to_string().as_bytes(), &subjects());
    let text = text.map_err(|error| error.to_string())?;
    Ok(text.map(|text| serde_json::from_str(&text).unwrap()))
}

fn attached(origin: VexOrigin, document: &Value) -> Document {
    read_carried(&VexDocument {
        origin,
        name: "sha256:abc".into(),
        subjects: subjects(),
        text: document.to_string(),
    })
    .unwrap()
}

const OPENVEX: &str = "https://openvex.dev/ns";

#[test]
fn a_document_is_taken_out_of_statement_envelope_and_bundle() {
    let document = about(&json!([]), "not_affected", "2024-01-01T00:00:00Z");
    let inner = statement(DIGEST, OPENVEX, &document);
    let text = inner.to_string();
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {}, "dsseEnvelope": envelope(&BASE64_STANDARD.encode(&text)),
    });
    for carrier in [
        document.clone(),
        inner,
        statement(INDEX, "https://openvex.dev/ns/v0.2.0", &document),
        envelope(&BASE64_STANDARD.encode(&text)),
        envelope(&BASE64_URL_SAFE_NO_PAD.encode(&text)),
        bundle,
    ] {
        assert_eq!(taken(&carrier), Ok(Some(document.clone())), "{carrier}");
    }
}

#[test]
fn what_states_nothing_about_vulnerabilities_is_passed_over() {
    let bill = json!({"bomFormat": "CycloneDX", "components": [{"name": "x"}]});
    for other in [
        statement(DIGEST, "https://slsa.dev/provenance/v1", &json!({})),
        statement(DIGEST, "https://cyclonedx.org/bom", &bill),
        json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "messageSignature": {"signature": "AA=="}}),
        json!({"payloadType": "text/plain", "payload": "eA=="}),
        json!(["anything"]),
    ] {
        assert_eq!(taken(&other), Ok(None), "{other}");
    }
}

#[test]
fn what_was_said_of_another_image_is_refused() {
    let document = about(&json!([]), "not_affected", "2024-01-01T00:00:00Z");
    let other = format!("sha256:{}", "3".repeat(64));
    let why = taken(&statement(&other, OPENVEX, &document)).unwrap_err();
    assert!(why.contains("about another image"), "{why}");
    let damaged = taken(&envelope("%%%")).unwrap_err();
    assert!(damaged.contains("not base64"), "{damaged}");
    let mut deep = statement(DIGEST, OPENVEX, &document);
    for _ in 0..9 {
        deep = json!({"dsseEnvelope": deep});
    }
    assert!(taken(&deep).unwrap_err().contains("wrapped too often"));
}

#[test]
fn an_attached_document_means_the_image_by_digest_or_by_naming_nothing() {
    let by_index = json!([{"@id": format!("pkg:oci/app@{INDEX}")}]);
    for products in [json!([]), by_index] {
        let document = about(&products, "not_affected", "2024-01-01T00:00:00Z");
        let (report, cleared) = applied(&[attached(VexOrigin::Attached, &document)]);
        assert_eq!(cleared, [4], "{products}");
        let suppression = report.findings[4].suppressed.as_ref().unwrap();
        assert_eq!(suppression.by, "vex");
        assert!(
            suppression
                .reason
                .contains("(says Maker, attached to the image, signature not verified)")
        );
        assert_eq!(
            suppression.rule.as_deref(),
            Some("attached sha256:abc statement 1")
        );
        assert_eq!(report.vex[0].origin, VexOrigin::Attached);
    }
    // What lies inside of an image names its product itself.
    let document = about(&json!([]), "not_affected", "2024-01-01T00:00:00Z");
    let (report, cleared) = applied(&[attached(VexOrigin::Inside, &document)]);
    assert!(cleared.is_empty());
    assert_eq!(
        report.vex[0].unmatched.as_deref(),
        Some("it names no product")
    );
}

#[test]
fn nobody_but_the_caller_overrules_the_caller() {
    let product = json!([{"@id": "pkg:npm/lodash"}]);
    let affected = |time: &str| {
        let statements = about(&product, "affected", time);
        openvex(statements["statements"].clone())
    };
    let late = about(&product, "not_affected", "2030-01-01T00:00:00Z");
    for origin in [VexOrigin::Attached, VexOrigin::Inside] {
        let theirs = attached(origin, &late);
        let (_, cleared) = applied(&[affected("2020-01-01T00:00:00Z"), theirs.clone()]);
        assert!(cleared.is_empty(), "{origin:?}");
        assert_eq!(applied(&[theirs]).1, [4], "{origin:?}");
    }
    let affected = about(&product, "affected", "2020-01-01T00:00:00Z");
    let both = [
        attached(VexOrigin::Attached, &affected),
        attached(VexOrigin::Inside, &late),
    ];
    assert!(applied(&both).1.is_empty(), "attached goes before inside");
}
