//! Gentoo: `1.2.3a_rc1_p2-r4`.
//!
//! Like apk's order, except that later numbers beginning with `0` are compared as
//! decimals with trailing zeros cut off, and that suffixes are `alpha beta pre rc p`.
//!
//! Source: Package Manager Specification 8, chapter 3.3, "Version Comparison".

use std::cmp::Ordering;

use crate::digits;

struct Parts<'a> {
    numbers: &'a str,
    letter: &'a str,
    suffixes: &'a str,
    revision: &'a str,
}

fn split(version: &str) -> Option<Parts<'_>> {
    let (version, revision) = match version.rsplit_once("-r") {
        Some((version, number)) if digits::is_number(number) => (version, number),
        _ => (version, "0"),
    };
    let (numbers, rest) = digits::take_while(version, |b| b.is_ascii_digit() || b == b'.');
    let (letter, suffixes) = match rest.bytes().next() {
        Some(b) if b.is_ascii_lowercase() => rest.split_at(1),
        _ => ("", rest),
    };
    let known = suffixes.is_empty()
        || (suffixes.starts_with('_') && suffixes[1..].split('_').all(|s| rank(s).is_some()));
    (numbers.split('.').all(digits::is_number) && known).then_some(Parts {
        numbers,
        letter,
        suffixes,
        revision,
    })
}

fn rank(suffix: &str) -> Option<(i32, &str)> {
    let (name, number) = digits::take_while(suffix, |b| b.is_ascii_lowercase());
    let rank = match name {
        "alpha" => -4,
        "beta" => -3,
        "pre" => -2,
        "rc" => -1,
        "p" => 1,
        _ => return None,
    };
    (number.is_empty() || digits::is_number(number)).then_some((rank, number))
}

pub(super) fn check(version: &str) -> bool {
    split(version).is_some()
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (Some(a), Some(b)) = (split(a), split(b)) else {
        return a.cmp(b);
    };
    compare_numbers(a.numbers, b.numbers)
        .then_with(|| a.letter.cmp(b.letter))
        .then_with(|| compare_suffixes(a.suffixes, b.suffixes))
        .then_with(|| digits::compare(a.revision, b.revision))
}

fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('.').collect(), b.split('.').collect());
    for (i, (x, y)) in a.iter().zip(&b).enumerate() {
        let order = if i > 0 && (x.starts_with('0') || y.starts_with('0')) {
            x.trim_end_matches('0').cmp(y.trim_end_matches('0'))
        } else {
            digits::compare(x, y)
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

fn compare_suffixes(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (
        a.split('_').skip(1).filter_map(rank),
        b.split('_').skip(1).filter_map(rank),
    );
    loop {
        let (x, y) = (a.next(), b.next());
        if x.is_none() && y.is_none() {
            return Ordering::Equal;
        }
        let ((rx, nx), (ry, ny)) = (x.unwrap_or((0, "")), y.unwrap_or((0, "")));
        let order = rx.cmp(&ry).then_with(|| digits::compare(nx, ny));
        if order.is_ne() {
            return order;
        }
    }
}
