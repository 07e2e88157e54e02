//! Text files of lines and of shell assignments.

use super::DistroHint;

/// Longest value that is kept, in bytes; longer ones say nothing about a distribution.
pub(super) const MAX_VALUE: usize = 512;

/// Most lines that are looked at.
const MAX_LINES: usize = 10_000;

pub(super) fn hint(from: &'static str, key: &str, value: &str) -> DistroHint {
    DistroHint {
        from,
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes
        .split(|b| *b == b'\n')
        .take(MAX_LINES)
        .filter(|l| l.len() <= 2 * MAX_VALUE)
        .filter_map(|l| std::str::from_utf8(l).ok())
        .map(|l| l.trim_start_matches('\u{feff}').trim())
}

pub(super) fn assignments(bytes: &[u8], from: &'static str) -> Vec<DistroHint> {
    let mut hints = Vec::new();
    for text in lines(bytes).filter(|l| !l.starts_with('#')) {
        let Some((key, value)) = text.split_once('=') else {
            continue;
        };
        let key = key.trim();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            continue;
        }
        let value = unquote(value.trim());
        if value.len() <= MAX_VALUE && !value.chars().any(char::is_control) {
            hints.push(hint(from, key, &value));
        }
    }
    hints
}

/// The value of a shell assignment: quotes fall away, a backslash takes what follows.
fn unquote(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            (None | Some('"'), '\\') => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out.trim().to_owned()
}
