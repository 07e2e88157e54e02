//! Keys that sign: what Lazaret's own statements are signed with.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};

use crate::encoding::{pem, to_pem};
use crate::{AttestError, PublicKey};

const WHAT: &str = "private key";
/// PKCS #8, not encrypted (RFC 7468, 10).
const LABEL: &str = "PRIVATE KEY";

/// What kind of key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKey {
    /// ECDSA on NIST P-256: what every verifier knows.
    P256,
    /// Ed25519.
    Ed25519,
}

/// A private key. Its `Debug` does not show it.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// The key of a PEM text (`BEGIN PRIVATE KEY`, PKCS #8).
    ///
    /// # Errors
    /// When it holds none, is encrypted, or is neither ECDSA on P-256 nor Ed25519.
    pub fn from_pem(text: &[u8]) -> Result<Self, AttestError> {
        let blocks = pem(WHAT, text, &|label| label.ends_with(LABEL))?;
        match blocks.as_slice() {
            [(label, der)] if label == LABEL => Self::from_pkcs8(der),
            [(label, _)] if label.contains("ENCRYPTED") => {
                let why = "it is encrypted; give it as PKCS #8 without a password";
                Err(AttestError::unsupported(WHAT, why))
            }
            [(label, _)] => {
                let why = format!("`{label}` is not known here; PKCS #8 is");
                Err(AttestError::unsupported(WHAT, why))
            }
            [] => Err(AttestError::malformed(WHAT, "no BEGIN PRIVATE KEY in it")),
            _ => Err(AttestError::malformed(WHAT, "more than one key in it")),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, AttestError> {
        if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der) {
            let public: PublicKeyX509Der<'_> = public(pair.public_key().as_der())?;
            let public = PublicKey::from_der(public.as_ref())?;
            return Ok(Self {
                pair: Pair::P256(pair),
                public,
            });
        }
        let pair = Ed25519KeyPair::from_pkcs8(der)
            .map_err(|_| AttestError::unsupported(WHAT, "neither ECDSA on P-256 nor Ed25519"))?;
        let public: PublicKeyX509Der<'_> = public(pair.public_key().as_der())?;
        let public = PublicKey::from_der(public.as_ref())?;
        Ok(Self {
            pair: Pair::Ed25519(pair),
            public,
        })
    }

    /// A new private key, as PEM.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate(kind: NewKey) -> Result<String, AttestError> {
        let random = SystemRandom::new();
        let failed = |_| AttestError::unsupported(WHAT, "the system gives no randomness");
        let document = match kind {
            NewKey::P256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random),
            NewKey::Ed25519 => Ed25519KeyPair::generate_pkcs8v1(&random),
        };
        Ok(to_pem(LABEL, document.map_err(failed)?.as_ref()))
    }

    /// The key that verifies.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The key that verifies, as PEM.
    pub fn public_pem(&self) -> String {
        to_pem("PUBLIC KEY", self.public.der())
    }

    /// A signature under `message`: ECDSA as DER.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, AttestError> {
        match &self.pair {
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message);
                let signature = signature.map_err(|_| {
                    AttestError::unsupported(WHAT, "the system gives no randomness")
                })?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

fn public<'a>(
    key: Result<PublicKeyX509Der<'a>, aws_lc_rs::error::Unspecified>,
) -> Result<PublicKeyX509Der<'a>, AttestError> {
    key.map_err(|_| AttestError::malformed(WHAT, "its public key cannot be written"))
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.fingerprint())
    }
}
