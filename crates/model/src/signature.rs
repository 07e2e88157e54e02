//! What looking for signatures of an image has led to.

use serde::{Deserialize, Serialize};

/// What was looked for, what was found, and what of it a trusted signer has made.
///
/// Absent from a [`Target`](crate::Target) where nobody asked for signatures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signatures {
    /// Names of the trusted signers that have signed the image, sorted, each once.
    #[serde(default)]
    pub signers: Vec<String>,
    /// Predicate types that a trusted signer has attested of the image, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attested: Vec<String>,
    /// Every signature that was found, those that count for nothing among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<FoundSignature>,
    /// Where signatures were looked for, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looked: Vec<String>,
    /// Why an absence proves nothing: a place that could not be read, a signature that could
    /// not be examined, nobody who is trusted. `None` where all was examined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

impl Signatures {
    /// Whether a trusted signer has signed the image.
    ///
    /// # Errors
    /// With the reason where that cannot be known.
    pub fn is_signed(&self) -> Result<bool, &str> {
        match (&self.incomplete, self.signers.is_empty()) {
            (_, false) => Ok(true),
            (None, true) => Ok(false),
            (Some(why), true) => Err(why),
        }
    }
}

/// One signature that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSignature {
    /// Where it lies: a tag, or the digest of a referrer.
    pub place: String,
    /// What it is: `cosign signature`, `cosign attestation`, `sigstore bundle`,
    /// `notary signature`, or the media type of something else.
    pub format: String,
    /// Predicate type of the statement; empty for a plain signature.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub predicate: String,
    /// What it is worth.
    pub status: SignatureStatus,
    /// The trusted signer; empty where it is none of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signer: String,
    /// Who it says that it is by, verified or not: a subject and an issuer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub claims: String,
    /// Why it does not count, or what else was verified.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What a signature is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureStatus {
    /// By a trusted signer, about this image, and whole.
    Trusted,
    /// Examined, and worth nothing here.
    Refused,
    /// It could not be examined, so it counts for nothing.
    NotExamined,
}

impl SignatureStatus {
    /// The word of reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Refused => "refused",
            Self::NotExamined => "not examined",
        }
    }
}
