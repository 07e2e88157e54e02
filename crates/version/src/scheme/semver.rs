//! Semantic versions, as npm, Cargo, Hex, Swift and OSV's `SEMVER` have them.
//!
//! Precedence is that of semver.org §11. Reading is wider than the
//! specification, because registries and advisories are: a leading `v` or `=`,
//! fewer than three numbers (missing ones are zero), more than three (compared
//! as numbers) and a pre-release without its hyphen (`1.0.0beta2`, npm's loose
//! mode) are accepted. Build metadata has no part in the order.

use std::cmp::Ordering;

use crate::digits;

/// A version cut into the pieces that the semver family compares.
#[derive(Clone, Copy)]
pub(crate) struct Semver<'a> {
    /// Dotted numbers, at least one.
    pub(crate) numbers: &'a str,
    /// What follows the hyphen, or the letters that follow without one.
    pub(crate) pre: &'a str,
    /// What follows the plus sign.
    pub(crate) build: &'a str,
    /// Whether the pre-release stood there without a hyphen.
    pub(crate) is_attached: bool,
}

impl<'a> Semver<'a> {
    pub(crate) fn parse(version: &'a str) -> Option<Self> {
        let text = strip_prefix(version.trim());
        let (numbers, rest) = digits::take_while(text, |b| b.is_ascii_digit() || b == b'.');
        if !numbers.split('.').all(digits::is_number) {
            return None;
        }
        let (rest, build) = rest.split_once('+').unwrap_or((rest, ""));
        let (pre, is_attached) = match rest.strip_prefix('-') {
            Some(pre) => (pre, false),
            None => (rest, true),
        };
        let is_readable = |b: u8| b.is_ascii_alphanumeric() || b".-_~+^:".contains(&b);
        let attached_to_letter = pre
            .bytes()
            .next()
            .is_none_or(|b| !is_attached || b.is_ascii_alphabetic());
        let readable = pre.bytes().all(is_readable) && build.bytes().all(is_readable);
        (readable && attached_to_letter).then_some(Self {
            numbers,
            pre,
            build,
            is_attached,
        })
    }

    /// Precedence by semver.org §11.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        digits::compare_dotted(self.numbers, other.numbers)
            .then_with(|| compare_pre(self.pre, other.pre))
    }
}

pub(super) fn check(version: &str) -> bool {
    Semver::parse(version).is_some()
}

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    Some(Semver::parse(a)?.compare(&Semver::parse(b)?))
}

fn strip_prefix(version: &str) -> &str {
    let version = version.strip_prefix('=').map_or(version, str::trim_start);
    version.strip_prefix(['v', 'V']).unwrap_or(version)
}

/// Order of two pre-releases; none at all is the release and the newest.
pub(crate) fn compare_pre(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => compare_identifiers(a.split('.'), b.split('.')),
    }
}

/// Order of two lists of identifiers: numbers by value and before words,
/// words by bytes, and the longer list after its own beginning.
pub(crate) fn compare_identifiers<'a>(
    mut a: impl Iterator<Item = &'a str>,
    mut b: impl Iterator<Item = &'a str>,
) -> Ordering {
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
