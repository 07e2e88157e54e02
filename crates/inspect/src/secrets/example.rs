//! Examples of credentials, put together when they are needed.
//!
//! Written out they would be found by every scanner of secrets, ours among them. Blanks
//! stand for what is random: `{h:40}` are 40 hexadecimal digits.

use super::check;

/// The text with its blanks filled in, the same each time.
///
/// Blanks: `h` hexadecimal, `H` the same in capitals, `d` digits, `l` small letters and
/// digits, `U` capitals and digits, `a` letters, `w` letters and digits, `u` the letters of
/// URL-safe base64, `b` those of base64, `A` those of base32, `q` those of Bech32 in
/// capitals. `{github}` is 36 letters and digits with the checksum that GitHub uses.
pub fn example(template: &str) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    let mut state = 0x2545_f491_4f6c_dd1du64;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        match rest
            .find('}')
            .and_then(|end| Some((fill(&rest[1..end], &mut state)?, end)))
        {
            Some((filled, end)) => {
                out.push_str(&filled);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn fill(blank: &str, state: &mut u64) -> Option<String> {
    if blank == "github" {
        let random = letters("w", 30, state)?;
        let sum = check::base62(check::crc32(random.as_bytes()));
        return Some(random + &String::from_utf8_lossy(&sum));
    }
    let (kind, length) = blank.split_once(':')?;
    letters(kind, length.parse().ok().filter(|n| *n <= 4096)?, state)
}

fn letters(kind: &str, length: usize, state: &mut u64) -> Option<String> {
    let alphabet: &[u8] = match kind {
        "h" => b"0123456789abcdef",
        "H" => b"0123456789ABCDEF",
        "d" => b"0123456789",
        "l" => b"0123456789abcdefghijklmnopqrstuvwxyz",
        "U" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "a" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "w" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "u" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_",
        "b" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
        "A" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "q" => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        _ => return None,
    };
    let mut next = || {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        // The high bits are the random ones; the remainder is below the alphabet's length.
        let at = (*state >> 33) % alphabet.len() as u64;
        alphabet[usize::try_from(at).unwrap_or(0)]
    };
    let mut text: Vec<u8> = Vec::with_capacity(length);
    while text.len() < length {
        let letter = next();
        // The ends are letters or digits: what stands alone is told from its neighbours by
        // them.
        let is_end = text.is_empty() || text.len() + 1 == length;
        if !is_end || letter.is_ascii_alphanumeric() {
            text.push(letter);
        }
    }
    String::from_utf8(text).ok()
}
