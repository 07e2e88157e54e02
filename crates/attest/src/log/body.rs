//! What an entry of the log is about: it must be this signature, by this key, under this
//! payload, or somebody else's proof would do for it.

use serde_json::Value;

use super::Unproven;
use crate::encoding::{base64, hex, pem, sha256};

const WHAT: &str = "log entry";

/// What the entry has to be about.
pub(crate) struct Expected<'a> {
    /// What was signed, without any encoding around it.
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a [u8],
    /// The signer's certificate or key, DER.
    pub(crate) verifier: &'a [u8],
}

/// Whether the body of an entry is about what is expected.
pub(super) fn matches(body: &[u8], expected: &Expected<'_>) -> Result<(), Unproven> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|_| Unproven::Wrong("the log's entry is no JSON".to_owned()))?;
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let kind = text("/kind").unwrap_or_default();
    let version = text("/apiVersion").unwrap_or_default();
    let payload = hex(&sha256(expected.payload));
    let is_it = match (kind, version) {
        ("hashedrekord", "0.0.1") => {
            text("/spec/data/hash/algorithm") == Some("sha256")
                && text("/spec/data/hash/value") == Some(payload.as_str())
                && is_signature(text("/spec/signature/content"), expected)
                && is_verifier(text("/spec/signature/publicKey/content"), expected)
        }
        ("dsse", "0.0.1") => {
            text("/spec/payloadHash/algorithm") == Some("sha256")
                && text("/spec/payloadHash/value") == Some(payload.as_str())
                && any(&body, "/spec/signatures", &|one| {
                    is_signature(field(one, "signature"), expected)
                        && is_verifier(field(one, "verifier"), expected)
                })
        }
        ("intoto", "0.0.2") => {
            text("/spec/content/payloadHash/algorithm") == Some("sha256")
                && text("/spec/content/payloadHash/value") == Some(payload.as_str())
                && any(&body, "/spec/content/envelope/signatures", &|one| {
                    is_nested_signature(field(one, "sig"), expected)
                        && is_verifier(field(one, "publicKey"), expected)
                })
        }
        (kind, version) => {
            let kind: String = kind.chars().take(40).collect();
            let version: String = version.chars().take(20).collect();
            let why = format!("log entries of kind {kind} {version} are not examined");
            return Err(Unproven::Unknown(why));
        }
    };
    match is_it {
        true => Ok(()),
        false => Err(Unproven::Wrong(
            "the log's entry is about another signature".to_owned(),
        )),
    }
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn any(body: &Value, pointer: &str, is_it: &dyn Fn(&Value) -> bool) -> bool {
    let all = body.pointer(pointer).and_then(Value::as_array);
    all.is_some_and(|all| all.iter().any(is_it))
}

fn is_signature(text: Option<&str>, expected: &Expected<'_>) -> bool {
    text.and_then(|text| base64(WHAT, text).ok())
        .is_some_and(|bytes| bytes == expected.signature)
}

/// The envelope's own base64 is encoded once more.
fn is_nested_signature(text: Option<&str>, expected: &Expected<'_>) -> bool {
    let inner = text.and_then(|text| base64(WHAT, text).ok());
    let inner = inner.and_then(|bytes| String::from_utf8(bytes).ok());
    is_signature(inner.as_deref(), expected)
}

/// PEM in base64.
fn is_verifier(text: Option<&str>, expected: &Expected<'_>) -> bool {
    let known = |label: &str| ["CERTIFICATE", "PUBLIC KEY"].contains(&label);
    let found = text.and_then(|text| base64(WHAT, text).ok());
    let found = found.and_then(|bytes| pem(WHAT, &bytes, &known).ok());
    found.is_some_and(|blocks| {
        let first = blocks.first();
        first.is_some_and(|(_, der)| der == expected.verifier)
    })
}
