//! Envelopes: a payload, its type and signatures under both.
//!
//! Source: secure-systems-lab/dsse, protocol.md and envelope.md (1.0). What is signed is the
//! pre-authentication encoding, so no canonical form of the payload is needed, and a payload
//! of another type cannot pass.

use serde::{Deserialize, Serialize};

use crate::encoding::{base64, to_base64};
use crate::key::Style;
use crate::limits::{MAX_DOCUMENT, MAX_ITEMS};
use crate::{AttestError, PublicKey, SigningKey};

const WHAT: &str = "DSSE envelope";

/// An envelope whose signatures are not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the payload is.
    pub payload_type: String,
    /// What is signed.
    pub payload: Vec<u8>,
    /// At least one; raw, as they were decoded.
    pub signatures: Vec<Vec<u8>>,
}

/// The JSON form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wire {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct WireSignature {
    sig: String,
    /// A hint that nobody has verified; written and never read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyid: Option<String>,
}

impl Envelope {
    /// The envelope of a JSON text.
    ///
    /// # Errors
    /// When it is none, is too large, or nobody has signed it.
    pub fn parse(bytes: &[u8]) -> Result<Self, AttestError> {
        AttestError::bound(WHAT, bytes.len(), MAX_DOCUMENT, "bytes")?;
        let wire: Wire =
            serde_json::from_slice(bytes).map_err(|error| AttestError::malformed(WHAT, error))?;
        Self::from_wire(&wire)
    }

    pub(crate) fn from_wire(wire: &Wire) -> Result<Self, AttestError> {
        AttestError::bound(WHAT, wire.signatures.len(), MAX_ITEMS, "signatures")?;
        if wire.signatures.is_empty() {
            return Err(AttestError::malformed(WHAT, "nobody has signed it"));
        }
        let signatures = wire.signatures.iter();
        let signatures = signatures.map(|one| base64(WHAT, &one.sig));
        Ok(Self {
            payload_type: wire.payload_type.clone(),
            payload: base64(WHAT, &wire.payload)?,
            signatures: signatures.collect::<Result<_, _>>()?,
        })
    }

    /// An envelope with one signature, as JSON.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn sign(
        payload_type: &str,
        payload: &[u8],
        key: &SigningKey,
    ) -> Result<Vec<u8>, AttestError> {
        let signature = key.sign(&encoding(payload_type, payload))?;
        let wire = Wire {
            payload: to_base64(payload),
            payload_type: payload_type.to_owned(),
            signatures: vec![WireSignature {
                sig: to_base64(&signature),
                keyid: Some(key.public().fingerprint()),
            }],
        };
        serde_json::to_vec(&wire).map_err(|error| AttestError::malformed(WHAT, error))
    }

    /// What is signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        encoding(&self.payload_type, &self.payload)
    }

    /// The first signature that is `key`'s.
    pub fn signature_of(&self, key: &PublicKey) -> Option<&[u8]> {
        let message = self.signed_bytes();
        let mut all = self.signatures.iter();
        all.find(|signature| key.verifies(&message, signature, Style::Usual))
            .map(Vec::as_slice)
    }
}

/// The pre-authentication encoding: `DSSEv1 LEN TYPE LEN PAYLOAD`.
pub(crate) fn encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}
