//! Documents inside of what carries them: in-toto statements, DSSE envelopes, bundles.
//!
//! Nothing here verifies a signature. What is checked is that a statement names the image
//! that it came with, because whoever may attach may also attach what was said of another.
//!
//! Sources: in-toto Attestation Framework 1.1, "Statement"; DSSE 1.0; Sigstore bundle 0.3;
//! the annotations of BuildKit's attestations and of cosign's.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lazaret_model::Digest;
use serde_json::Value;

use crate::{MAX_BYTES, ReadError, items, string};

/// Deepest carriers in each other: a bundle, an envelope, a statement, a document.
const MAX_DEPTH: usize = 4;

/// Whether a media type, an artifact type or a predicate type may mean statements about
/// vulnerabilities. CycloneDX may: its bills of materials carry them, too.
pub fn is_about_vex(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    // CSAF has no predicate type of its own; `csaf` stands in those that are used.
    ["openvex", "csaf", "cyclonedx", "/vex", "vex+"]
        .iter()
        .any(|part| kind.contains(part))
}

/// The document that `bytes` carry about one of `subjects`; `None` where they carry
/// something else, such as provenance or a bill of materials that states nothing.
///
/// # Errors
/// When the bytes are no JSON, an envelope is damaged, or a statement about vulnerabilities
/// is about other things than `subjects`.
pub fn carried(
    source: &str,
    bytes: &[u8],
    subjects: &[Digest],
) -> Result<Option<String>, ReadError> {
    let refuse = |reason: String| ReadError {
        origin: source.to_owned(),
        reason,
    };
    if bytes.len() > MAX_BYTES {
        let limit = MAX_BYTES >> 20;
        return Err(refuse(format!("it is larger than {limit} MiB")));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| refuse(format!("not JSON: {error}")))?;
    let document = unwrapped(value, subjects, 0).map_err(refuse)?;
    Ok(document.map(|document| document.to_string()))
}

fn unwrapped(mut value: Value, subjects: &[Digest], depth: usize) -> Result<Option<Value>, String> {
    if depth > MAX_DEPTH {
        return Err("it is wrapped too often".into());
    }
    if let Some(envelope) = value.get_mut("dsseEnvelope") {
        return unwrapped(envelope.take(), subjects, depth + 1);
    }
    if value.get("payload").is_some() && value.get("payloadType").is_some() {
        if !string(&value, "payloadType").contains("in-toto") {
            return Ok(None);
        }
        return unwrapped(payload(&value)?, subjects, depth + 1);
    }
    if value.get("predicateType").is_some() {
        if !is_about_vex(&string(&value, "predicateType")) {
            return Ok(None);
        }
        names_one_of(&value, subjects)?;
        let predicate = value.get_mut("predicate").map(Value::take);
        return unwrapped(predicate.unwrap_or_default(), subjects, depth + 1);
    }
    Ok(states_something(&value).then_some(value))
}

/// What a DSSE envelope holds: base64 of either alphabet, padded or not.
fn payload(envelope: &Value) -> Result<Value, String> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = string(envelope, "payload");
    let bytes = [STANDARD, URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(&text).ok())
        .ok_or("its envelope's payload is not base64")?;
    serde_json::from_slice(&bytes).map_err(|error| format!("its envelope's payload: {error}"))
}

/// Holds a statement against what it came with.
fn names_one_of(statement: &Value, subjects: &[Digest]) -> Result<(), String> {
    let is_one = |subject: &Value| {
        let named = subject.get("digest").and_then(Value::as_object);
        named.into_iter().flatten().any(|(algorithm, hex)| {
            let hex = hex.as_str().unwrap_or_default();
            let same = |d: &Digest| d.algorithm().name() == algorithm && d.hex() == hex;
            subjects.iter().any(same)
        })
    };
    match items(statement, "subject").any(is_one) {
        true => Ok(()),
        false => Err("the attestation is about another image".into()),
    }
}

/// Whether a bare document states anything about vulnerabilities.
fn states_something(value: &Value) -> bool {
    let judged = |v: &Value| v.get("analysis").is_some();
    value.get("statements").is_some()
        || value
            .get("document")
            .is_some_and(|d| d.get("csaf_version").is_some())
        || value.get("bomFormat").is_some() && items(value, "vulnerabilities").any(judged)
}
