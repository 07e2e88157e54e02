//! Layers of cosign's tags: plain signatures and attestations, with what their annotations
//! hold.
//!
//! Source: sigstore/cosign specs/SIGNATURE_SPEC.md and ATTESTATION_SPEC.md.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::dsse::Envelope;
use crate::encoding::{base64, pem};
use crate::key::Style;
use crate::limits::{MAX_DOCUMENT, MAX_ITEMS};
use crate::log::Entry;
use crate::signed::{Content, Signed};
use crate::statement::STATEMENT_TYPE;
use crate::{AttestError, Certificate};

const WHAT: &str = "cosign signature";

/// Media type of a plain signature's payload.
pub const SIMPLE_SIGNING_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Media type of an attestation's envelope.
pub const DSSE_TYPE: &str = "application/vnd.dsse.envelope.v1+json";
/// The annotation that holds a plain signature, base64.
pub const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// A plain signature.
///
/// # Errors
/// When it is none.
pub(crate) fn simple(
    payload: &[u8],
    annotations: &BTreeMap<String, String>,
) -> Result<Signed, AttestError> {
    AttestError::bound(WHAT, payload.len(), MAX_DOCUMENT, "bytes")?;
    let signature = annotations.get(SIGNATURE);
    let signature = signature.ok_or_else(|| {
        AttestError::malformed(WHAT, format!("the annotation {SIGNATURE} is missing"))
    })?;
    let signed = Signed {
        payload: payload.to_vec(),
        message: payload.to_vec(),
        signatures: vec![base64(WHAT, signature)?],
        style: Style::Usual,
        certificates: Vec::new(),
        entries: Vec::new(),
        has_timestamp: false,
        content: Content::Simple,
        expires: None,
    };
    annotated(signed, annotations)
}

/// An attestation.
///
/// # Errors
/// When it is none.
pub(crate) fn attestation(
    bytes: &[u8],
    annotations: &BTreeMap<String, String>,
) -> Result<Signed, AttestError> {
    let envelope = Envelope::parse(bytes)?;
    if envelope.payload_type != STATEMENT_TYPE {
        let why = "the envelope's payload is no in-toto statement";
        return Err(AttestError::unsupported(WHAT, why));
    }
    annotated(Signed::of_envelope(envelope), annotations)
}

fn annotated(
    mut signed: Signed,
    annotations: &BTreeMap<String, String>,
) -> Result<Signed, AttestError> {
    for name in [CERTIFICATE, CHAIN] {
        let text = annotations.get(name).map_or("", String::as_str);
        for (_, der) in pem(WHAT, text.as_bytes(), &|label| label == "CERTIFICATE")? {
            signed.certificates.push(Certificate::from_der(&der)?);
        }
    }
    AttestError::bound(WHAT, signed.certificates.len(), MAX_ITEMS, "certificates")?;
    signed.has_timestamp = annotations
        .get(TIMESTAMP)
        .is_some_and(|text| !text.is_empty());
    if let Some(text) = annotations.get(BUNDLE).filter(|text| !text.is_empty()) {
        signed.entries.push(entry(text)?);
    }
    Ok(signed)
}

/// The log's promise, as cosign keeps it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bundle {
    signed_entry_timestamp: String,
    payload: Payload,
}

#[derive(Deserialize)]
struct Payload {
    body: String,
    #[serde(rename = "integratedTime")]
    integrated: i64,
    #[serde(rename = "logIndex")]
    index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

fn entry(text: &str) -> Result<Entry, AttestError> {
    let bundle: Bundle =
        serde_json::from_str(text).map_err(|error| AttestError::malformed(WHAT, error))?;
    let payload = bundle.payload;
    let log_id = unhex(&payload.log_id)
        .ok_or_else(|| AttestError::malformed(WHAT, "the id of the log is not hexadecimal"))?;
    Ok(Entry {
        body: base64(WHAT, &payload.body)?,
        integrated: payload.integrated,
        index: payload.index,
        log_id,
        promise: Some(base64(WHAT, &bundle.signed_entry_timestamp)?),
        proof: None,
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let pairs = digits?;
    let whole = pairs.len() % 2 == 0 && !pairs.is_empty();
    whole.then(|| pairs.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
