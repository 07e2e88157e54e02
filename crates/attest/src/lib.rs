//! Signatures on images and statements about them: read, verified, written.
//!
//! Pure functions over bytes: no network, no clock, nothing but what the caller hands in is
//! trusted. cosign's plain signatures and attestations, Sigstore bundles and the JSON form of
//! the Notary Project's signatures come down to one thing, something signed, which is held
//! against keys and identities. What cannot be examined counts for nothing and says so.
//!
//! Every number and size of foreign documents is bounded ([`limits`]).

mod bundle;
mod certificate;
mod chain;
mod cosign;
mod der;
mod dsse;
mod encoding;
mod error;
mod examine;
mod key;
pub mod limits;
mod log;
mod notary;
mod root;
mod sct;
mod sign;
mod signed;
mod simple;
mod statement;
mod trust;
mod verify;

pub use certificate::Certificate;
pub use cosign::{DSSE_TYPE, SIGNATURE, SIMPLE_SIGNING_TYPE};
pub use dsse::Envelope;
pub use error::AttestError;
pub use examine::{Document, Subject, examine};
pub use key::{KeyKind, PublicKey, Style};
pub use notary::{COSE_TYPE, JWS_TYPE, NOTARY_TYPE};
pub use root::{Anchors, Log};
pub use sign::{NewKey, SigningKey};
pub use simple::SimplePayload;
pub use statement::{STATEMENT_TYPE, Statement, StatementSubject};
pub use trust::{Identity, Pattern, SignerProof, TrustedSigner};

/// What media types of Sigstore bundles begin with; a version follows.
pub const BUNDLE_TYPE: &str = bundle::MEDIA_TYPE;

/// Reads `bytes` as everything that documents hold inside of themselves, and as what users
/// lay out. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    let _ = PublicKey::from_pem(bytes);
    let _ = PublicKey::from_der(bytes);
    let _ = SigningKey::from_pem(bytes);
    let _ = Certificate::from_pem(bytes);
    let _ = Anchors::from_trusted_root(bytes);
    let _ = SimplePayload::parse(bytes);
    let _ = Statement::parse(bytes);
    let _ = notary::target(bytes);
    log::exercise(bytes);
    if let Ok(certificate) = Certificate::from_der(bytes) {
        let own = std::slice::from_ref(&certificate);
        let log = Log::of_key(certificate.key().clone());
        let _ = sct::verify(&certificate, own, &[log]);
        let _ = chain::verify(&certificate, own, &[&certificate], certificate.validity().0);
    }
}
