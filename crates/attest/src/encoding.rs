//! Base64, hexadecimal digits, hashes and PEM.

use aws_lc_rs::digest;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, Engine as _};

use crate::AttestError;
use crate::limits::{MAX_DOCUMENT, MAX_PEM};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD_LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Either alphabet, padded or not: DSSE allows both (protocol.md, "Reference").
pub(crate) fn base64(what: &'static str, text: &str) -> Result<Vec<u8>, AttestError> {
    AttestError::bound(what, text.len(), MAX_DOCUMENT * 2, "characters of base64")?;
    let text = text.trim();
    let engine: &dyn Fn(&str) -> Result<Vec<u8>, base64::DecodeError> =
        match text.contains(['-', '_']) {
            true => &|text| URL_LENIENT.decode(text),
            false => &|text| STANDARD_LENIENT.decode(text),
        };
    engine(text).map_err(|error| AttestError::malformed(what, format!("no base64: {error}")))
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The unpadded form of JSON Web Signatures.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The blocks of a PEM text whose label `wanted` takes (RFC 7468), with their labels.
/// What stands between blocks is no part of it.
pub(crate) fn pem(
    what: &'static str,
    text: &[u8],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, Vec<u8>)>, AttestError> {
    AttestError::bound(what, text.len(), MAX_PEM, "bytes")?;
    let text = str::from_utf8(text).map_err(|_| AttestError::malformed(what, "no PEM text"))?;
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines().map(str::trim) {
        let label = |start: &str| line.strip_prefix(start)?.strip_suffix("-----");
        if let Some(label) = label("-----BEGIN ") {
            open = Some((label.to_owned(), String::new()));
        } else if let Some(label) = label("-----END ") {
            let Some((begun, body)) = open.take() else {
                return Err(AttestError::malformed(what, "an END without its BEGIN"));
            };
            if begun != label {
                let why = format!("BEGIN {begun} ends with END {label}");
                return Err(AttestError::malformed(what, why));
            }
            if wanted(&begun) {
                blocks.push((begun, base64(what, &body)?));
            }
        } else if let Some((_, body)) = &mut open {
            body.push_str(line);
        }
    }
    match open {
        Some((label, _)) => {
            let why = format!("BEGIN {label} without its END");
            Err(AttestError::malformed(what, why))
        }
        None => Ok(blocks),
    }
}

/// A PEM block.
pub(crate) fn to_pem(label: &str, der: &[u8]) -> String {
    let text = to_base64(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}
