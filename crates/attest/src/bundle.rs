//! Sigstore bundles: a signature with everything that it takes to verify it.
//!
//! Source: sigstore/protobuf-specs, `sigstore_bundle.proto` 0.1 to 0.3, as JSON: bytes are
//! base64, 64-bit numbers are texts.

use serde::Deserialize;

use crate::dsse::{Envelope, Wire as WireEnvelope};
use crate::encoding::base64;
use crate::limits::{MAX_DOCUMENT, MAX_ITEMS};
use crate::log::{Entry, Proof};
use crate::signed::Signed;
use crate::statement::STATEMENT_TYPE;
use crate::{AttestError, Certificate};

const WHAT: &str = "Sigstore bundle";
/// What media types of bundles begin with; the version follows.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    media_type: String,
    verification_material: Material,
    #[serde(default)]
    dsse_envelope: Option<WireEnvelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    #[serde(default)]
    certificate: Option<Raw>,
    #[serde(default)]
    x509_certificate_chain: Option<Chain>,
    #[serde(default)]
    tlog_entries: Vec<WireEntry>,
    #[serde(default)]
    timestamp_verification_data: Option<Timestamps>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    raw_bytes: String,
}

#[derive(Deserialize)]
struct Chain {
    certificates: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timestamps {
    #[serde(default)]
    rfc3161_timestamps: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEntry {
    #[serde(default)]
    log_index: Number,
    log_id: LogId,
    #[serde(default)]
    integrated_time: Number,
    #[serde(default)]
    inclusion_promise: Option<Promise>,
    #[serde(default)]
    inclusion_proof: Option<WireProof>,
    canonicalized_body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Promise {
    signed_entry_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireProof {
    #[serde(default)]
    log_index: Number,
    root_hash: String,
    tree_size: Number,
    #[serde(default)]
    hashes: Vec<String>,
    checkpoint: Checkpoint,
}

#[derive(Deserialize)]
struct Checkpoint {
    envelope: String,
}

/// A 64-bit number, as a text or as a number; both are proto's JSON.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(try_from = "NumberForm")]
struct Number(i64);

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberForm {
    Number(i64),
    Text(String),
}

impl TryFrom<NumberForm> for Number {
    type Error = std::num::ParseIntError;

    fn try_from(form: NumberForm) -> Result<Self, Self::Error> {
        Ok(Self(match form {
            NumberForm::Number(number) => number,
            NumberForm::Text(text) => text.parse()?,
        }))
    }
}

/// A bundle about a statement.
///
/// # Errors
/// When it is none, or holds a signature on a file instead.
pub(crate) fn parse(bytes: &[u8]) -> Result<Signed, AttestError> {
    AttestError::bound(WHAT, bytes.len(), MAX_DOCUMENT, "bytes")?;
    let wire: Wire =
        serde_json::from_slice(bytes).map_err(|error| AttestError::malformed(WHAT, error))?;
    if !wire.media_type.starts_with(MEDIA_TYPE) {
        return Err(AttestError::malformed(WHAT, "`mediaType` is no bundle's"));
    }
    let Some(envelope) = &wire.dsse_envelope else {
        let why = "it signs bytes and states nothing about an image";
        return Err(AttestError::unsupported(WHAT, why));
    };
    let envelope = Envelope::from_wire(envelope)?;
    if envelope.payload_type != STATEMENT_TYPE {
        return Err(AttestError::unsupported(
            WHAT,
            "its payload is no in-toto statement",
        ));
    }
    let material = wire.verification_material;
    AttestError::bound(WHAT, material.tlog_entries.len(), MAX_ITEMS, "log entries")?;
    let entries = material.tlog_entries.iter().map(entry);
    let timestamps = material.timestamp_verification_data;
    Ok(Signed {
        entries: entries.collect::<Result<_, _>>()?,
        has_timestamp: timestamps.is_some_and(|data| !data.rfc3161_timestamps.is_empty()),
        certificates: certificates(material.certificate, material.x509_certificate_chain)?,
        ..Signed::of_envelope(envelope)
    })
}

fn certificates(own: Option<Raw>, chain: Option<Chain>) -> Result<Vec<Certificate>, AttestError> {
    let chain = chain.map(|chain| chain.certificates).unwrap_or_default();
    AttestError::bound(WHAT, chain.len(), MAX_ITEMS, "certificates")?;
    let all = own.into_iter().chain(chain);
    all.map(|raw| Certificate::from_der(&base64(WHAT, &raw.raw_bytes)?))
        .collect()
}

fn entry(wire: &WireEntry) -> Result<Entry, AttestError> {
    let promise = wire.inclusion_promise.as_ref();
    let promise = promise.map(|promise| base64(WHAT, &promise.signed_entry_timestamp));
    Ok(Entry {
        body: base64(WHAT, &wire.canonicalized_body)?,
        integrated: wire.integrated_time.0,
        index: wire.log_index.0,
        log_id: base64(WHAT, &wire.log_id.key_id)?,
        promise: promise.transpose()?,
        proof: wire.inclusion_proof.as_ref().map(proof).transpose()?,
    })
}

fn proof(wire: &WireProof) -> Result<Proof, AttestError> {
    AttestError::bound(WHAT, wire.hashes.len(), MAX_ITEMS, "hashes of a proof")?;
    let natural = |number: Number| {
        u64::try_from(number.0).map_err(|_| AttestError::malformed(WHAT, "a number below zero"))
    };
    let hashes = wire.hashes.iter().map(|hash| base64(WHAT, hash));
    Ok(Proof {
        index: natural(wire.log_index)?,
        size: natural(wire.tree_size)?,
        root: base64(WHAT, &wire.root_hash)?,
        hashes: hashes.collect::<Result<_, _>>()?,
        checkpoint: wire.checkpoint.envelope.clone(),
    })
}
