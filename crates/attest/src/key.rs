//! Public keys: what a signature is verified with.

use std::fmt;

use aws_lc_rs::signature::{self as algorithm, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::AttestError;
use crate::encoding::{hex, pem, sha256};

const WHAT: &str = "public key";
/// `-----BEGIN PUBLIC KEY-----` holds a SubjectPublicKeyInfo (RFC 7468, 13).
const LABEL: &str = "PUBLIC KEY";

/// A family of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on NIST P-256.
    P256,
    /// ECDSA on NIST P-384.
    P384,
    /// ECDSA on NIST P-521.
    P521,
    /// RSA of 2048 to 8192 bits.
    Rsa,
    /// Ed25519.
    Ed25519,
}

/// How a signature is written, where the format says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// What cosign and DSSE write: ECDSA as DER, RSA with PKCS #1 or PSS.
    Usual,
    /// What JSON Web Signatures write: ECDSA as two numbers side by side, RSA with PSS.
    Web,
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: KeyKind,
    /// What lies in the bit string of the SubjectPublicKeyInfo.
    raw: Vec<u8>,
    spki: Vec<u8>,
}

impl PublicKey {
    /// The only key of a PEM text (`BEGIN PUBLIC KEY`).
    ///
    /// # Errors
    /// When it holds none, several, or one of a kind that is not known here.
    pub fn from_pem(text: &[u8]) -> Result<Self, AttestError> {
        let blocks = pem(WHAT, text, &|label| label == LABEL)?;
        match blocks.as_slice() {
            [(_, der)] => Self::from_der(der),
            [] => Err(AttestError::malformed(WHAT, "no BEGIN PUBLIC KEY in it")),
            _ => Err(AttestError::malformed(WHAT, "more than one key in it")),
        }
    }

    /// The key of a SubjectPublicKeyInfo (RFC 5280, 4.1).
    ///
    /// # Errors
    /// When it is none, or of a kind that is not known here.
    pub fn from_der(der: &[u8]) -> Result<Self, AttestError> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(der)
            .map_err(|_| AttestError::malformed(WHAT, "no SubjectPublicKeyInfo"))?;
        if !rest.is_empty() {
            return Err(AttestError::malformed(WHAT, "something stands behind it"));
        }
        let curve = info.algorithm.parameters.as_ref();
        let curve = curve.and_then(|any| any.as_oid().ok());
        let curve = curve.map(|oid| oid.to_id_string()).unwrap_or_default();
        let name = info.algorithm.algorithm.to_id_string();
        let kind = match (name.as_str(), curve.as_str()) {
            ("1.2.840.10045.2.1", "1.2.840.10045.3.1.7") => KeyKind::P256,
            ("1.2.840.10045.2.1", "1.3.132.0.34") => KeyKind::P384,
            ("1.2.840.10045.2.1", "1.3.132.0.35") => KeyKind::P521,
            ("1.2.840.113549.1.1.1", _) => KeyKind::Rsa,
            ("1.3.101.112", _) => KeyKind::Ed25519,
            ("1.2.840.10045.2.1", curve) => {
                let why = format!("the curve {curve} is not known here");
                return Err(AttestError::unsupported(WHAT, why));
            }
            (name, _) => {
                let why = format!("the algorithm {name} is not known here");
                return Err(AttestError::unsupported(WHAT, why));
            }
        };
        Ok(Self {
            kind,
            raw: info.subject_public_key.data.to_vec(),
            spki: der.to_vec(),
        })
    }

    /// Its family.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The SubjectPublicKeyInfo, DER.
    pub fn der(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of the SubjectPublicKeyInfo, hexadecimal: what people tell keys apart by, and
    /// what transparency logs are called by.
    pub fn fingerprint(&self) -> String {
        hex(&sha256(&self.spki))
    }

    /// Whether `signature` is this key's under `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8], style: Style) -> bool {
        let fits = |algorithm: &&'static dyn VerificationAlgorithm| {
            let key = UnparsedPublicKey::new(*algorithm, self.raw.as_slice());
            key.verify(message, signature).is_ok()
        };
        algorithms(self.kind, style).iter().any(fits)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {})", self.kind, self.fingerprint())
    }
}

/// Every algorithm that a key of this family may have signed with. The key is what is
/// trusted; which sound hash its owner chose says nothing against it.
fn algorithms(kind: KeyKind, style: Style) -> &'static [&'static dyn VerificationAlgorithm] {
    match (kind, style) {
        (KeyKind::P256, Style::Usual) => &[&algorithm::ECDSA_P256_SHA256_ASN1],
        // cosign hashes with SHA-256 whatever the curve, other tools by the curve's size.
        (KeyKind::P384, Style::Usual) => &[
            &algorithm::ECDSA_P384_SHA384_ASN1,
            &algorithm::ECDSA_P384_SHA256_ASN1,
        ],
        (KeyKind::P521, Style::Usual) => &[
            &algorithm::ECDSA_P521_SHA512_ASN1,
            &algorithm::ECDSA_P521_SHA256_ASN1,
        ],
        (KeyKind::Rsa, Style::Usual) => &[
            &algorithm::RSA_PKCS1_2048_8192_SHA256,
            &algorithm::RSA_PKCS1_2048_8192_SHA512,
            &algorithm::RSA_PSS_2048_8192_SHA256,
            &algorithm::RSA_PSS_2048_8192_SHA512,
        ],
        (KeyKind::P256, Style::Web) => &[&algorithm::ECDSA_P256_SHA256_FIXED],
        (KeyKind::P384, Style::Web) => &[&algorithm::ECDSA_P384_SHA384_FIXED],
        (KeyKind::P521, Style::Web) => &[&algorithm::ECDSA_P521_SHA512_FIXED],
        (KeyKind::Rsa, Style::Web) => &[
            &algorithm::RSA_PSS_2048_8192_SHA256,
            &algorithm::RSA_PSS_2048_8192_SHA384,
            &algorithm::RSA_PSS_2048_8192_SHA512,
        ],
        (KeyKind::Ed25519, _) => &[&algorithm::ED25519],
    }
}
