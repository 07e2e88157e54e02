//! Signatures of the Notary Project, as JSON Web Signatures.
//!
//! Source: notaryproject/specifications, signature-specification.md and
//! signature-envelope-jws.md. Envelopes as COSE are not examined.

use jiff::Timestamp;
use lazaret_model::Digest;
use serde::Deserialize;

use crate::encoding::{base64, to_base64url};
use crate::key::Style;
use crate::limits::MAX_ITEMS;
use crate::signed::{Content, Signed};
use crate::{AttestError, Certificate};

const WHAT: &str = "Notary Project signature";
/// Largest envelope, in bytes.
const MAX: usize = 1 << 20;
/// Artifact type of the manifest that holds a signature.
pub const NOTARY_TYPE: &str = "application/vnd.cncf.notary.signature";
/// Media types of the envelope.
pub const JWS_TYPE: &str = "application/jose+json";
/// Not examined.
pub const COSE_TYPE: &str = "application/cose";

const PAYLOAD_TYPE: &str = "application/vnd.cncf.notary.payload.v1+json";
const SCHEME: &str = "io.cncf.notary.signingScheme";
/// The headers that a verifier has to understand; others of the kind are refused.
const CRITICAL: &[&str] = &[
    SCHEME,
    "io.cncf.notary.expiry",
    "io.cncf.notary.authenticSigningTime",
];

#[derive(Deserialize)]
struct Wire {
    payload: String,
    protected: String,
    signature: String,
    header: Header,
}

#[derive(Deserialize)]
struct Header {
    x5c: Vec<String>,
    #[serde(default, rename = "io.cncf.notary.timestampSignature")]
    timestamp: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Protected {
    cty: String,
    #[serde(default)]
    crit: Vec<String>,
    #[serde(rename = "io.cncf.notary.signingScheme")]
    scheme: String,
    #[serde(default, rename = "io.cncf.notary.expiry")]
    expiry: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "targetArtifact")]
    target: Target,
}

#[derive(Deserialize)]
struct Target {
    digest: Digest,
}

/// An envelope.
///
/// # Errors
/// When it is none, or asks for something to be understood that is not.
pub(crate) fn parse(bytes: &[u8]) -> Result<Signed, AttestError> {
    AttestError::bound(WHAT, bytes.len(), MAX, "bytes")?;
    let malformed = |error: serde_json::Error| AttestError::malformed(WHAT, error);
    let wire: Wire = serde_json::from_slice(bytes).map_err(malformed)?;
    let protected: Protected =
        serde_json::from_slice(&base64(WHAT, &wire.protected)?).map_err(malformed)?;
    if protected.cty != PAYLOAD_TYPE {
        return Err(AttestError::malformed(WHAT, "`cty` is no payload of it"));
    }
    if protected.scheme != "notary.x509" {
        let why = "only the signing scheme notary.x509 is examined";
        return Err(AttestError::unsupported(WHAT, why));
    }
    let mut critical = protected.crit.iter();
    if critical.any(|name| !CRITICAL.contains(&name.as_str())) {
        let why = "it has a critical header that is not known here";
        return Err(AttestError::unsupported(WHAT, why));
    }
    let expires = match &protected.expiry {
        None => None,
        Some(text) => {
            let time = text.parse::<Timestamp>();
            let time = time.map_err(|_| AttestError::malformed(WHAT, "its expiry is no time"))?;
            Some(time.as_second())
        }
    };
    AttestError::bound(WHAT, wire.header.x5c.len(), MAX_ITEMS, "certificates")?;
    let chain = wire.header.x5c.iter();
    let chain = chain.map(|text| Certificate::from_der(&base64(WHAT, text)?));
    let payload = base64(WHAT, &wire.payload)?;
    // The texts are signed as they travelled; written again, they could only differ by
    // alphabet or padding, which the signature then refuses.
    let message = format!(
        "{}.{}",
        to_base64url(&base64(WHAT, &wire.protected)?),
        to_base64url(&payload)
    );
    Ok(Signed {
        payload,
        message: message.into_bytes(),
        signatures: vec![base64(WHAT, &wire.signature)?],
        style: Style::Web,
        certificates: chain.collect::<Result<_, _>>()?,
        entries: Vec::new(),
        has_timestamp: wire.header.timestamp.is_some(),
        content: Content::Notary,
        expires,
    })
}

/// The manifest that a payload is about.
pub(crate) fn target(payload: &[u8]) -> Result<Digest, AttestError> {
    let payload: Payload =
        serde_json::from_slice(payload).map_err(|error| AttestError::malformed(WHAT, error))?;
    Ok(payload.target.digest)
}
