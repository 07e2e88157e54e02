//! Checksums and structures of credentials that have them.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::noise;
use super::rule::Proof;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The bytes behind base64 in either alphabet.
pub(crate) fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()
}

/// CRC-32 as in IEEE 802.3 and zip.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let step = |mut crc: u32, byte: &u8| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
        crc
    };
    !bytes.iter().fold(!0, step)
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number in base 62, six digits long.
pub(crate) fn base62(mut number: u32) -> [u8; 6] {
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = BASE62[(number % 62) as usize];
        number /= 62;
    }
    out
}

/// Thirty letters and digits behind the first underscore, and their CRC-32 in base 62:
/// tokens of GitHub ("Behind GitHub's new authentication token formats", 2021) and npm.
pub(crate) fn github(token: &[u8]) -> Proof {
    let body = token
        .iter()
        .position(|b| *b == b'_')
        .map(|at| &token[at + 1..]);
    match body.and_then(|body| body.split_at_checked(30)) {
        Some((random, sum)) if sum == base62(crc32(random)) => Proof::Proven("the checksum agrees"),
        Some(_) => Proof::Doubted("its checksum does not agree, so it was never issued"),
        None => Proof::Plain,
    }
}

/// An age key: Bech32 (BIP 173) in capital letters.
pub(crate) fn age(token: &[u8]) -> Proof {
    match bech32_agrees(token) {
        true => Proof::Proven("the checksum agrees"),
        false => Proof::Doubted("its checksum does not agree, so it is mistyped or made up"),
    }
}

fn bech32_agrees(token: &[u8]) -> bool {
    const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let lower = token.to_ascii_lowercase();
    let Some(one) = lower.iter().rposition(|b| *b == b'1') else {
        return false;
    };
    let (prefix, data) = (&lower[..one], &lower[one + 1..]);
    let values = data.iter().map(|b| LETTERS.iter().position(|l| l == b));
    let high = prefix.iter().map(|b| Some(usize::from(b >> 5)));
    let low = prefix.iter().map(|b| Some(usize::from(b & 31)));
    let mut sum = 1u32;
    for value in high.chain([Some(0)]).chain(low).chain(values) {
        let Some(value) = value else { return false };
        let top = sum >> 25;
        sum = ((sum & 0x01ff_ffff) << 5) ^ (value as u32);
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if (top >> bit) & 1 == 1 {
                sum ^= generator;
            }
        }
    }
    sum == 1
}

/// A JSON Web Token (RFC 7519): a header that names an algorithm, and claims that are JSON.
pub(crate) fn jwt(token: &[u8]) -> Proof {
    let mut parts = token.split(|b| *b == b'.');
    let mut json = || -> Option<Value> {
        let bytes = URL_SAFE.decode(parts.next()?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let (Some(header), Some(claims)) = (json(), json()) else {
        return Proof::Refused;
    };
    match (
        header.get("alg").and_then(Value::as_str),
        claims.is_object(),
    ) {
        (Some("none"), _) | (None, _) | (_, false) => Proof::Refused,
        (Some(_), true) => Proof::Proven("header and claims are well formed"),
    }
}

/// Base64 that hides at least 64 bytes: keys of Azure storage.
pub(crate) fn base64_of_64(value: &[u8]) -> Proof {
    match decoded(value) {
        Some(bytes) if bytes.len() == 64 && noise::entropy(&bytes) > 4.5 => {
            Proof::Proven("64 random bytes in base64")
        }
        _ => Proof::Refused,
    }
}

/// Base64 of `user:password`.
pub(crate) fn basic(value: &[u8]) -> Proof {
    let Some(bytes) = decoded(value) else {
        return Proof::Refused;
    };
    let Some(colon) = bytes.iter().position(|b| *b == b':') else {
        return Proof::Refused;
    };
    let (user, password) = (&bytes[..colon], &bytes[colon + 1..]);
    let printable = bytes.iter().all(|b| (b' '..=b'~').contains(b));
    match printable && !user.is_empty() && password.len() >= 4 && !noise::is_placeholder(password) {
        true => Proof::Proven("a name and a password in base64"),
        false => Proof::Refused,
    }
}

/// A macaroon in base64, as PyPI's tokens are: version 2, and a field for the place that
/// issued it.
pub(crate) fn macaroon(token: &[u8]) -> Proof {
    let body = token
        .iter()
        .position(|b| *b == b'-')
        .map(|at| &token[at + 1..]);
    // A window may end inside of the token; whole groups of four say enough.
    let body = body.map(|b| &b[..b.len() - b.len() % 4]);
    match body.and_then(decoded) {
        Some(bytes) if bytes.starts_with(&[2, 1]) => Proof::Proven("a well-formed macaroon"),
        _ => Proof::Doubted("it is no macaroon"),
    }
}

/// Base64 of a JSON object between the mark and the next separator.
pub(crate) fn base64_json(token: &[u8]) -> Proof {
    let at = memchr::memmem::find(token, b"eyJ").unwrap_or(0);
    let body = token[at..].split(|b| matches!(b, b'_' | b'.')).next();
    let json = body.and_then(decoded);
    match json.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
        Some(Value::Object(_)) => Proof::Proven("its JSON is well formed"),
        _ => Proof::Doubted("it is cut or made up"),
    }
}

/// A random value: letters and digits mixed.
pub(crate) fn random(value: &[u8]) -> Proof {
    match noise::is_random(value) {
        true => Proof::Plain,
        false => Proof::Refused,
    }
}

/// A password that a person may have chosen.
pub(crate) fn password(value: &[u8]) -> Proof {
    match noise::is_password(value) {
        true => Proof::Plain,
        false => Proof::Refused,
    }
}

/// A password inside of an address: none of those that every manual has.
pub(crate) fn address_password(value: &[u8]) -> Proof {
    let lower = value.to_ascii_lowercase();
    let words: [&[u8]; 18] = [
        b"password",
        b"passwd",
        b"pass",
        b"pwd",
        b"secret",
        b"guest",
        b"root",
        b"admin",
        b"user",
        b"test",
        b"postgres",
        b"mysql",
        b"mongo",
        b"redis",
        b"token",
        b"username",
        b"123",
        b"1234",
    ];
    let is_format = value.contains(&b'%') && !value.iter().any(u8::is_ascii_digit)
        || value.iter().any(|b| b"{}$*".contains(b));
    match words.contains(&lower.as_slice()) || is_format {
        true => Proof::Refused,
        false => Proof::Plain,
    }
}

/// Whether the value has letters and digits: words alone are no credential.
pub(crate) fn mixed(value: &[u8]) -> Proof {
    let digits = value.iter().any(u8::is_ascii_digit);
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    match digits && letters {
        true => Proof::Plain,
        false => Proof::Refused,
    }
}

/// A private key in PEM (RFC 7468), in the form of OpenSSH, or with line breaks written as
/// `\n` in a string.
pub(crate) fn private_key(text: &[u8]) -> Proof {
    let Some(begin) = memchr::memmem::find(text, b"KEY") else {
        return Proof::Refused;
    };
    let Some(head) = text[begin..]
        .iter()
        .position(|b| !b"KEY BLOCK-".contains(b))
    else {
        return Proof::Refused;
    };
    let body = &text[begin + head..];
    let end = memchr::memmem::find(body, b"-----END").unwrap_or(body.len());
    let body = &body[..end];
    let has = |word: &[u8]| memchr::memmem::find(body, word).is_some();
    if has(b"ENCRYPTED") || text.starts_with(b"-----BEGIN ENCRYPTED") {
        return Proof::Doubted("it is encrypted, and worth what its passphrase is worth");
    }
    let data = key_data(body);
    let Some(bytes) = decoded(&data[..data.len() - data.len() % 4]) else {
        return Proof::Refused;
    };
    if text.starts_with(b"-----BEGIN PGP") {
        // RFC 9580 section 4.2: secret-key packets have tag 5, in the old or new format.
        return match bytes.first() {
            Some(0x94..=0x97 | 0xc5) => Proof::Proven("a secret-key packet"),
            _ => Proof::Refused,
        };
    }
    if let Some(rest) = bytes.strip_prefix(b"openssh-key-v1\0") {
        return match rest.starts_with(b"\0\0\0\x04none") {
            true => Proof::Proven("a whole key in the form of OpenSSH"),
            false => Proof::Doubted("it is encrypted, and worth what its passphrase is worth"),
        };
    }
    // The shortest key, of an elliptic curve in SEC1, has about 50 bytes; all are a DER
    // sequence.
    match bytes.first() == Some(&0x30) && bytes.len() >= 40 {
        true => Proof::Proven("a whole key in DER"),
        false => Proof::Refused,
    }
}

/// The base64 of a PEM body without headers, line breaks and escaped line breaks.
fn key_data(body: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(body.len());
    let mut lines = body.split(|b| *b == b'\n');
    let escaped = memchr::memmem::find(body, b"\\n").is_some();
    if escaped {
        let mut at = 0;
        while at < body.len() {
            match (body[at], body.get(at + 1)) {
                (b'\\', Some(b'n' | b'r')) => at += 2,
                (byte, _) => {
                    if is_base64(byte) {
                        data.push(byte);
                    }
                    at += 1;
                }
            }
        }
        return data;
    }
    for line in &mut lines {
        let is_header = memchr::memmem::find(line, b": ").is_some();
        let is_sum = line.first() == Some(&b'=');
        if !is_header && !is_sum {
            data.extend(line.iter().filter(|b| is_base64(**b)));
        }
    }
    data
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(&base62(0), b"000000");
        // BIP 173, valid test strings.
        assert!(bech32_agrees(b"A12UEL5L"));
        assert!(bech32_agrees(
            b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"
        ));
        assert!(!bech32_agrees(b"A12UEL5M"));
    }
}
