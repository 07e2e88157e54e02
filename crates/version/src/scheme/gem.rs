//! RubyGems: `Gem::Version`.
//!
//! Versions are runs of digits and runs of letters; a word makes the version a
//! pre-release and sorts before any number. A hyphen means `.pre.`. Zeros at
//! the end of the numbers and at the end of the whole are not significant.
//!
//! Source: the documentation of `Gem::Version` (`<=>`, `canonical_segments`).

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    let version = version.trim();
    let (release, pre) = version.split_once('-').unwrap_or((version, "0"));
    let mut parts = release.split('.');
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let hyphened = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    version.is_empty()
        || (parts
            .next()
            .is_some_and(|first| word(first) && first.starts_with(|c: char| c.is_ascii_digit()))
            && parts.all(word)
            && pre.split('.').all(hyphened))
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (segments(a), segments(b));
    for index in 0..a.len().max(b.len()) {
        let x = a.get(index).copied().unwrap_or("0");
        let y = b.get(index).copied().unwrap_or("0");
        let order = match (digits::is_number(x), digits::is_number(y)) {
            (true, true) => digits::compare(x, y),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// The segments, without the zeros that end the release and the whole.
fn segments(version: &str) -> Vec<&str> {
    let mut segments = Vec::with_capacity(8);
    let mut in_release = true;
    let mut rest = version.trim();
    while let Some(first) = rest.bytes().next() {
        let kind = |b: u8| {
            if first.is_ascii_digit() {
                b.is_ascii_digit()
            } else {
                b.is_ascii_alphabetic()
            }
        };
        let (segment, tail) = digits::take_while(rest, kind);
        if segment.is_empty() {
            if first == b'-' {
                end_of_release(&mut segments, &mut in_release);
                segments.push("pre");
            }
            rest = skip_character(rest);
            continue;
        }
        if !first.is_ascii_digit() {
            end_of_release(&mut segments, &mut in_release);
        }
        segments.push(segment);
        rest = tail;
    }
    drop_zeros(&mut segments);
    segments
}

fn end_of_release(segments: &mut Vec<&str>, in_release: &mut bool) {
    if std::mem::take(in_release) {
        drop_zeros(segments);
    }
}

fn drop_zeros(segments: &mut Vec<&str>) {
    while segments
        .last()
        .is_some_and(|last| last.bytes().all(|b| b == b'0'))
    {
        segments.pop();
    }
}

fn skip_character(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}
