//! Semantic Versioning, as written in advisories and manifests.
//!
//! The specification asks for three numbers; the world writes `v1`, `1.2` and `1.2.3.4`.
//! Missing numbers are zeros, further numbers are compared, and what follows the numbers
//! without a hyphen (`1.0rc1`) is read as a pre-release. Build metadata has no order,
//! except for Pub, whose specification gives it one.
//!
//! Source: Semantic Versioning 2.0.0 §9–11; Dart's `pub_semver` documentation.

use std::cmp::Ordering;

use crate::digits;

struct Parts<'a> {
    numbers: &'a str,
    pre: &'a str,
    build: &'a str,
}

fn split(version: &str) -> Parts<'_> {
    let version = version.trim();
    let version = version.strip_prefix(['v', 'V', '=']).unwrap_or(version);
    let (core, build) = version.split_once('+').unwrap_or((version, ""));
    let (mut numbers, mut pre) = digits::take_while(core, |b| b.is_ascii_digit() || b == b'.');
    if let Some(cut) = numbers.strip_suffix('.') {
        numbers = cut;
    }
    pre = pre.strip_prefix('-').unwrap_or(pre);
    Parts {
        numbers,
        pre,
        build,
    }
}

pub(super) fn check(version: &str) -> bool {
    let parts = split(version);
    parts.numbers.split('.').all(digits::is_number) && !parts.pre.contains(char::is_whitespace)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (split(a), split(b));
    digits::compare_dotted(a.numbers, b.numbers).then_with(|| compare_pre(a.pre, b.pre))
}

/// Pub: build metadata is ordered like a pre-release, and none comes before some.
pub(super) fn compare_with_build(a: &str, b: &str) -> Ordering {
    compare(a, b).then_with(|| {
        let (a, b) = (split(a).build, split(b).build);
        match (a.is_empty(), b.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => compare_identifiers(a, b),
        }
    })
}

/// Bitnami: `1.2.3-4` is the fourth revision of 1.2.3, not a pre-release of it.
pub(super) fn compare_with_revision(a: &str, b: &str) -> Ordering {
    let (a, b) = (split(a), split(b));
    let revision = |pre: &str| digits::is_number(pre);
    digits::compare_dotted(a.numbers, b.numbers).then_with(|| {
        match (revision(a.pre), revision(b.pre)) {
            (false, false) => compare_pre(a.pre, b.pre),
            (true, true) => digits::compare(a.pre, b.pre),
            (true, false) if b.pre.is_empty() => digits::compare(a.pre, "0"),
            (false, true) if a.pre.is_empty() => digits::compare("0", b.pre),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
        }
    })
}

/// §11.3: a version without a pre-release comes after all that have one.
pub(super) fn compare_pre(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_identifiers(a, b),
    }
}

/// §11.4: numbers by value and before words, words by bytes, fewer before more.
fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (digits::is_number(x), digits::is_number(y)) {
            (true, true) => digits::compare(x, y),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
}
