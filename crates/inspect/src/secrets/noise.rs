//! What looks like a credential and is none: placeholders, examples, words.

/// Words that people write where a credential will stand one day. Compared in lower case.
const PLACEHOLDERS: [&str; 30] = [
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "dummy",
    "insert",
    "redacted",
    "your_",
    "your-",
    "yourtoken",
    "yourkey",
    "yoursecret",
    "yourpass",
    "notasecret",
    "not-a-secret",
    "xxxxx",
    "*****",
    "......",
    "-----",
    "_____",
    "00000000",
    "11111111",
    "aaaaaaaa",
    "deadbeef",
    "12345678",
    "abcdefgh",
    "fakefake",
    "testtest",
];

/// Shannon entropy of the bytes, in bits for each byte: from 0.0 to 8.0.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    if bytes.is_empty() {
        return 0.0;
    }
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    // Windows are short: a length always fits.
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|n| **n > 0)
        .map(|n| {
            let share = f64::from(*n) / total;
            -share * share.log2()
        })
        .sum()
}

/// Whether the value is written to be replaced, or taken from somewhere else at run time.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    let lower: Vec<u8> = value.iter().take(200).map(u8::to_ascii_lowercase).collect();
    let has = |word: &str| memchr::memmem::find(&lower, word.as_bytes()).is_some();
    PLACEHOLDERS.iter().any(|word| has(word))
        || has("${")
        || has("{{")
        || has("$(")
        || has("<%")
        || value.first() == Some(&b'$')
        || value.first() == Some(&b'<')
        || value.first() == Some(&b'%') && value.last() == Some(&b'%')
        || is_monotonous(&lower)
}

/// Whether one byte makes up more than half of it, or it repeats a short beginning.
fn is_monotonous(value: &[u8]) -> bool {
    if value.len() < 8 {
        return false;
    }
    let most = (0..=255u8).map(|b| value.iter().filter(|v| **v == b).count());
    if most.max().unwrap_or(0) * 2 > value.len() {
        return true;
    }
    (1..=4).any(|step| value.windows(step + 1).all(|w| w[0] == w[step]))
}

/// Whether a value of no known form is random enough to be a credential: letters and digits
/// mixed, no path, no address, no name of a program.
pub(crate) fn is_random(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let upper = value.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lower = value.iter().filter(|b| b.is_ascii_lowercase()).count();
    let separators = value
        .iter()
        .filter(|b| matches!(b, b'.' | b'/' | b':' | b'_' | b'-' | b'\\'))
        .count();
    digits >= 2 && upper + lower >= 4 && separators * 6 <= value.len() && entropy(value) >= 3.4
}

/// Whether a value may be a password that a person chose.
pub(crate) fn is_password(value: &[u8]) -> bool {
    let lower: Vec<u8> = value.iter().map(u8::to_ascii_lowercase).collect();
    let text = lower.as_slice();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let others = value.len() - letters;
    let words: [&[u8]; 14] = [
        b"true",
        b"false",
        b"null",
        b"none",
        b"nil",
        b"undefined",
        b"required",
        b"optional",
        b"string",
        b"password",
        b"passwd",
        b"secret",
        b"prompt",
        b"disabled",
    ];
    !words.contains(&text)
        && letters >= 2
        && others >= 1
        && entropy(value) >= 2.3
        && !value.starts_with(b"/")
        && !value.starts_with(b"./")
        && !value.starts_with(b"--")
        && memchr::memmem::find(value, b"://").is_none()
        && memchr::memmem::find(value, b"()").is_none()
        && !value.contains(&b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_values() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "${DB_PASSWORD}",
            "<your-token>",
            "xxxxxxxxxxxxxxxx",
            "abcabcabcabcabc",
            "$(cat /run/secret)",
            "{{ vault_token }}",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in ["q8Zt3Lw0Pv", "hunter2hunter3", "0f8a6c1e77b24d59"] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn entropy_goes_from_none_to_eight() {
        assert!(entropy(b"aaaa") < 0.001);
        assert!((entropy(b"ab") - 1.0).abs() < 0.001);
        let all: Vec<u8> = (0..=255).collect();
        assert!((entropy(&all) - 8.0).abs() < 0.001);
    }
}
