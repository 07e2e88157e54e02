//! RubyGems: segments of numbers and words; a word makes a pre-release.
//!
//! Trailing zeros before a word and at the end do not count, so `1.0` equals `1` and
//! `1.0.a` equals `1.a`. A hyphen reads as `.pre.`.
//!
//! Source: RubyGems' documentation of `Gem::Version`.

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    let version = version.trim();
    version.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && version
            .split(['.', '-'])
            .all(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The segments that count.
fn segments(version: &str) -> Vec<&str> {
    let mut all = Vec::new();
    for (i, part) in version.trim().split('-').enumerate() {
        if i > 0 {
            all.push("pre");
        }
        for mut rest in part.split('.') {
            while !rest.is_empty() {
                let number = rest.starts_with(|c: char| c.is_ascii_digit());
                let (segment, tail) = digits::take_while(rest, |b| b.is_ascii_digit() == number);
                all.push(segment);
                rest = tail;
            }
        }
    }
    let is_word = |s: &&str| !digits::is_number(s);
    let split = all.iter().position(is_word).unwrap_or(all.len());
    let words = all.split_off(split);
    let trim = |mut list: Vec<_>| {
        while list
            .last()
            .is_some_and(|s: &&str| digits::is_number(s) && s.bytes().all(|b| b == b'0'))
        {
            list.pop();
        }
        list
    };
    let mut out = trim(all);
    out.extend(trim(words));
    out
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (segments(a), segments(b));
    for i in 0..a.len().max(b.len()) {
        let (x, y) = (
            a.get(i).copied().unwrap_or("0"),
            b.get(i).copied().unwrap_or("0"),
        );
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
