//! From a signer's certificate to an authority that is trusted.
//!
//! The path is built and verified by rustls-webpki: signatures, validity, basic constraints,
//! name constraints and the purpose of code signing.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

use crate::Certificate;

/// The DER of 1.3.6.1.5.5.7.3.3, the purpose of code signing.
const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];

/// Verifies that one of `roots` vouches for `leaf` at a time, in seconds since 1970.
///
/// # Errors
/// With the reason for people.
pub(crate) fn verify(
    leaf: &Certificate,
    intermediates: &[Certificate],
    roots: &[&Certificate],
    at: i64,
) -> Result<(), String> {
    within(leaf, at)?;
    // Somebody may trust the signer's own certificate.
    if roots.iter().any(|root| root.der() == leaf.der()) {
        return Ok(());
    }
    let roots: Vec<CertificateDer<'_>> = roots
        .iter()
        .filter(|root| within(root, at).is_ok())
        .map(|root| CertificateDer::from(root.der()))
        .collect();
    let anchors: Vec<TrustAnchor<'_>> = roots
        .iter()
        .filter_map(|root| anchor_from_trusted_cert(root).ok())
        .collect();
    let between: Vec<CertificateDer<'_>> = intermediates
        .iter()
        .map(|one| CertificateDer::from(one.der()))
        .collect();
    let seconds = u64::try_from(at).unwrap_or_default();
    let leaf = CertificateDer::from(leaf.der());
    let leaf = EndEntityCert::try_from(&leaf).map_err(told)?;
    leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &between,
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
        // As Go does: a certificate without purposes is good for any.
        KeyUsage::required_if_present(CODE_SIGNING),
        None,
        None,
    )
    .map(|_| ())
    .map_err(told)
}

/// Whether a certificate is valid at a time.
fn within(certificate: &Certificate, at: i64) -> Result<(), String> {
    let (first, last) = certificate.validity();
    if at < first {
        return Err(format!(
            "the certificate is valid from {} on, and not at {}",
            shown(first),
            shown(at)
        ));
    }
    if at > last {
        return Err(format!(
            "the certificate expired at {}, before {}",
            shown(last),
            shown(at)
        ));
    }
    Ok(())
}

/// A time for people, RFC 3339.
pub(crate) fn shown(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.to_string(),
        Err(_) => format!("second {seconds}"),
    }
}

fn told(error: Error) -> String {
    match error {
        Error::UnknownIssuer => "no trusted authority vouches for the certificate".to_owned(),
        Error::CaUsedAsEndEntity => "the certificate is an authority's own".to_owned(),
        Error::CertExpired { .. } => "a certificate of the chain has expired".to_owned(),
        Error::CertNotValidYet { .. } => "a certificate of the chain is not valid yet".to_owned(),
        Error::RequiredEkuNotFoundContext(_) => {
            "the certificate is not meant for signing code".to_owned()
        }
        other => format!("the chain of certificates does not hold: {other:?}"),
    }
}
