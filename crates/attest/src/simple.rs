//! Payloads of cosign's plain signatures.
//!
//! Source: sigstore/cosign specs/SIGNATURE_SPEC.md, which takes the form from containers/image
//! docs/atomic-signature.md.

use lazaret_model::Digest;
use serde::{Deserialize, Serialize};

use crate::AttestError;

const WHAT: &str = "signature payload";
/// Largest payload, in bytes: a digest, a name and what somebody adds.
const MAX: usize = 1 << 20;

/// What cosign writes in `critical.type`.
pub(crate) const COSIGN_TYPE: &str = "cosign container image signature";
/// What newer versions write there.
pub(crate) const COSIGN_SIGN_TYPE: &str = "https://sigstore.dev/cosign/sign/v1";

/// What a plain signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimplePayload {
    /// The repository that it was made for, as the signer wrote it.
    pub reference: String,
    /// The manifest that is signed.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    critical: Critical,
}

#[derive(Serialize, Deserialize)]
struct Critical {
    identity: Identity,
    image: SignedImage,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
struct Identity {
    #[serde(rename = "docker-reference")]
    reference: String,
}

#[derive(Serialize, Deserialize)]
struct SignedImage {
    #[serde(rename = "docker-manifest-digest")]
    digest: Digest,
}

impl SimplePayload {
    /// What a payload says. Believe it only after its signature has been verified.
    ///
    /// # Errors
    /// When it is no payload of a signature on an image.
    pub fn parse(bytes: &[u8]) -> Result<Self, AttestError> {
        AttestError::bound(WHAT, bytes.len(), MAX, "bytes")?;
        let wire: Wire =
            serde_json::from_slice(bytes).map_err(|error| AttestError::malformed(WHAT, error))?;
        if ![COSIGN_TYPE, COSIGN_SIGN_TYPE].contains(&wire.critical.kind.as_str()) {
            let why = "`critical.type` is no signature on an image";
            return Err(AttestError::malformed(WHAT, why));
        }
        Ok(Self {
            reference: wire.critical.identity.reference,
            digest: wire.critical.image.digest,
        })
    }

    /// The payload to be signed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, AttestError> {
        let wire = Wire {
            critical: Critical {
                identity: Identity {
                    reference: self.reference.clone(),
                },
                image: SignedImage {
                    digest: self.digest.clone(),
                },
                kind: COSIGN_TYPE.to_owned(),
            },
        };
        serde_json::to_vec(&wire).map_err(|error| AttestError::malformed(WHAT, error))
    }
}
