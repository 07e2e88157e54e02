//! What all formats come down to: a payload, signatures under it, and what came with them.

use crate::Certificate;
use crate::dsse::Envelope;
use crate::key::{PublicKey, Style};
use crate::log::Entry;

/// Something signed, before anybody has verified it.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// What is said, without any encoding around it.
    pub(crate) payload: Vec<u8>,
    /// What the signatures are under.
    pub(crate) message: Vec<u8>,
    pub(crate) signatures: Vec<Vec<u8>>,
    pub(crate) style: Style,
    /// The signer's own first, where any came with it.
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) entries: Vec<Entry>,
    /// Something that proves a time and is not examined here.
    pub(crate) has_timestamp: bool,
    pub(crate) content: Content,
    /// The last second in which it is to be believed, where it says so itself.
    pub(crate) expires: Option<i64>,
}

/// What the payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// cosign's plain signature.
    Simple,
    /// An in-toto statement.
    Statement,
    /// Notary Project's payload.
    Notary,
}

impl Signed {
    pub(crate) fn of_envelope(envelope: Envelope) -> Self {
        Self {
            message: envelope.signed_bytes(),
            payload: envelope.payload,
            signatures: envelope.signatures,
            style: Style::Usual,
            certificates: Vec::new(),
            entries: Vec::new(),
            has_timestamp: false,
            content: Content::Statement,
            expires: None,
        }
    }

    /// The first signature that is `key`'s.
    pub(crate) fn signature_of(&self, key: &PublicKey) -> Option<&[u8]> {
        let mut all = self.signatures.iter();
        all.find(|one| key.verifies(&self.message, one, self.style))
            .map(Vec::as_slice)
    }
}
