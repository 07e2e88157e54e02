//! Whether a certificate stands in a log of certificates.
//!
//! Source: RFC 6962, 3.2 and 3.3. The authority logs the certificate without the extension
//! that is to hold the proof, and puts the log's signature over that into the certificate.

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;

use crate::Certificate;
use crate::der;
use crate::encoding::sha256;
use crate::key::Style;
use crate::root::Log;

/// The DER of 1.3.6.1.4.1.11129.2.4.2, the list of signed certificate timestamps.
const SCT_LIST: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];
const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// `extensions [3] EXPLICIT` of a TBSCertificate.
const EXTENSIONS: u8 = 0xa3;

/// Whether one of `logs` has signed that it knows `leaf`, issued by one of `issuers`.
///
/// # Errors
/// With the reason for people.
pub(crate) fn verify(
    leaf: &Certificate,
    issuers: &[Certificate],
    logs: &[Log],
) -> Result<(), String> {
    let (_, parsed) =
        X509Certificate::from_der(leaf.der()).map_err(|_| "no X.509 certificate".to_owned())?;
    let mut extensions = parsed.extensions().iter();
    let timestamps = extensions.find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SCT(list) => Some(list),
        _ => None,
    });
    let timestamps =
        timestamps.ok_or("the certificate holds no proof that a log of certificates knows it")?;
    let bare = without_list(parsed.tbs_certificate.as_ref())
        .ok_or("the certificate's extensions cannot be taken apart")?;
    let holds = timestamps.iter().any(|one| {
        let seconds = i64::try_from(one.timestamp / 1000).unwrap_or(i64::MAX);
        let known = logs
            .iter()
            .filter(|log| log.id() == one.id.key_id.as_slice() && log.is_valid_at(seconds));
        known.into_iter().any(|log| {
            issuers.iter().any(|issuer| {
                let issuer = sha256(issuer.key().der());
                let message = signed_bytes(one.timestamp, &issuer, &bare, one.extensions.0);
                log.key()
                    .verifies(&message, one.signature.data, Style::Usual)
            })
        })
    });
    match holds {
        true => Ok(()),
        false => Err("no trusted log of certificates has signed that it knows it".to_owned()),
    }
}

/// `digitally-signed struct` of a precertificate entry.
fn signed_bytes(timestamp: u64, issuer: &[u8; 32], bare: &[u8], extensions: &[u8]) -> Vec<u8> {
    const VERSION_1: u8 = 0;
    const CERTIFICATE_TIMESTAMP: u8 = 0;
    const PRECERT_ENTRY: [u8; 2] = [0, 1];
    let length = (bare.len() as u64).to_be_bytes();
    let mut out = vec![VERSION_1, CERTIFICATE_TIMESTAMP];
    out.extend_from_slice(&timestamp.to_be_bytes());
    out.extend_from_slice(&PRECERT_ENTRY);
    out.extend_from_slice(issuer);
    out.extend_from_slice(&length[5..]);
    out.extend_from_slice(bare);
    out.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
    out.extend_from_slice(extensions);
    out
}

/// A TBSCertificate without the list, in DER.
fn without_list(tbs: &[u8]) -> Option<Vec<u8>> {
    let (rest, tbs) = der::element(tbs)?;
    if !rest.is_empty() || tbs.tag != SEQUENCE {
        return None;
    }
    let mut out = Vec::new();
    for part in der::elements(tbs.content)? {
        if part.tag != EXTENSIONS {
            out.extend_from_slice(part.whole);
            continue;
        }
        let (_, list) = der::element(part.content)?;
        let kept = der::elements(list.content)?;
        let kept = kept.into_iter().filter(|extension| !is_list(extension));
        let kept: Vec<u8> = kept.flat_map(|one| one.whole.to_vec()).collect();
        out.extend(der::write(EXTENSIONS, &der::write(SEQUENCE, &kept)));
    }
    Some(der::write(SEQUENCE, &out))
}

fn is_list(extension: &der::Element<'_>) -> bool {
    der::element(extension.content)
        .is_some_and(|(_, id)| id.tag == OBJECT_IDENTIFIER && id.content == SCT_LIST)
}
