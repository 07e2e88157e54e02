//! The signature under what edges believe without asking: Ed25519 (RFC 8032).
//!
//! What is signed is the payload as bytes, with a label before it, so that nothing signed
//! for another purpose can pass for a bundle. No canonical form of JSON is needed: the
//! bytes travel as they were signed.

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What stands before the payload when it is signed.
const LABEL: &[u8] = b"lazaret.signed/1\n";

/// Largest payload that is looked at, in bytes.
pub const MAX_PAYLOAD: usize = 256 << 20;

/// A document with a signature under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signed {
    /// The document, base64 of JSON.
    pub payload: String,
    /// The first 16 hexadecimal digits of the SHA-256 of the key.
    pub key_id: String,
    /// The signature, base64.
    pub signature: String,
}

/// Why a signature or a key is not good.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key makes no sense.
    #[error("the key is no Ed25519 key")]
    Key,
    /// The signature is by another key, or under something else.
    #[error("the signature does not hold")]
    Signature,
    /// What was signed is not the document that was expected.
    #[error("what was signed is not the document that was expected: {0}")]
    Document(String),
}

/// A key that signs.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new key, as the bytes to be kept (32, secret).
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate() -> Result<Vec<u8>, SignError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| SignError::Key)?;
        let seed = pair.seed().map_err(|_| SignError::Key)?;
        let bytes = seed.as_be_bytes().map_err(|_| SignError::Key)?;
        Ok(bytes.as_ref().to_vec())
    }

    /// The key of the kept bytes.
    ///
    /// # Errors
    /// When they are no key.
    pub fn read(seed: &[u8]) -> Result<Self, SignError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| SignError::Key)?;
        Ok(Self(pair))
    }

    /// The key that verifies.
    pub fn verifying(&self) -> VerifyingKey {
        VerifyingKey(self.0.public_key().as_ref().to_vec())
    }

    /// Signs a document.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn sign<T: Serialize>(&self, document: &T) -> Result<Signed, SignError> {
        let payload =
            serde_json::to_vec(document).map_err(|e| SignError::Document(e.to_string()))?;
        let signature = self.0.sign(&[LABEL, &payload].concat());
        Ok(Signed {
            payload: STANDARD.encode(payload),
            key_id: self.verifying().id(),
            signature: STANDARD.encode(signature.as_ref()),
        })
    }
}

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(Vec<u8>);

impl VerifyingKey {
    /// The key of its text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SignError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SignError::Key)?;
        match bytes.len() {
            32 => Ok(Self(bytes)),
            _ => Err(SignError::Key),
        }
    }

    /// The key as text: base64 of its 32 bytes.
    pub fn text(&self) -> String {
        STANDARD.encode(&self.0)
    }

    /// The first 16 hexadecimal digits of its SHA-256.
    pub fn id(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.0);
        let bytes = digest.as_ref().iter().take(8);
        bytes.map(|b| format!("{b:02x}")).collect()
    }

    /// The document under a signature, when that holds.
    ///
    /// # Errors
    /// When it does not, or the document is another than was expected.
    pub fn open<T: DeserializeOwned>(&self, signed: &Signed) -> Result<T, SignError> {
        if signed.payload.len() > MAX_PAYLOAD / 3 * 4 + 4 {
            return Err(SignError::Document("it is too large".into()));
        }
        let decode = |text: &str| STANDARD.decode(text).map_err(|_| SignError::Signature);
        let (payload, signature) = (decode(&signed.payload)?, decode(&signed.signature)?);
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(&[LABEL, &payload].concat(), &signature)
            .map_err(|_| SignError::Signature)?;
        serde_json::from_slice(&payload).map_err(|e| SignError::Document(e.to_string()))
    }
}
