//! Gentoo: `number{.number}{letter}{_suffix{number}}{-rN}`.
//!
//! The first number compares as a number, the following ones as fractions when
//! either side starts with zero. More numbers are newer, then the letter, the
//! suffixes (`_alpha < _beta < _pre < _rc <` none `< _p`) and the revision.
//!
//! Source: Package Manager Specification, "Version comparison".

use std::cmp::Ordering;

use crate::digits;

/// Suffixes by age; the fifth stands for having none.
const SUFFIXES: [&str; 6] = ["alpha", "beta", "pre", "rc", "", "p"];
const NONE: (usize, &str) = (4, "");

pub(super) fn check(version: &str) -> bool {
    Parts::parse(version).is_some()
}

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Parts::parse(a)?, Parts::parse(b)?);
    let order = compare_numbers(a.numbers, b.numbers)
        .then_with(|| a.letter.cmp(b.letter))
        .then_with(|| compare_suffixes(a.suffixes, b.suffixes))
        .then_with(|| digits::compare(a.revision, b.revision));
    Some(order)
}

struct Parts<'a> {
    numbers: &'a str,
    letter: &'a str,
    /// Empty, or `_suffix` once or more.
    suffixes: &'a str,
    revision: &'a str,
}

impl<'a> Parts<'a> {
    fn parse(version: &'a str) -> Option<Self> {
        let version = version.strip_prefix("cvs.").unwrap_or(version);
        let (head, revision) = match version.rsplit_once("-r") {
            Some((head, revision)) if digits::is_number(revision) => (head, revision),
            _ => (version, "0"),
        };
        let (numbers, rest) = digits::take_while(head, |b| b.is_ascii_digit() || b == b'.');
        let letters = usize::from(rest.starts_with(|c: char| c.is_ascii_lowercase()));
        let (letter, suffixes) = rest.split_at(letters);
        let known = suffixes.is_empty()
            || suffixes
                .strip_prefix('_')
                .is_some_and(|list| list.split('_').all(|s| suffix(s).is_some()));
        let valid = known && numbers.split('.').all(digits::is_number);
        valid.then_some(Self {
            numbers,
            letter,
            suffixes,
            revision,
        })
    }
}

fn compare_numbers(a: &str, b: &str) -> Ordering {
    for (index, (x, y)) in a.split('.').zip(b.split('.')).enumerate() {
        let is_fraction = index > 0 && (x.starts_with('0') || y.starts_with('0'));
        let order = if is_fraction {
            x.trim_end_matches('0').cmp(y.trim_end_matches('0'))
        } else {
            digits::compare(x, y)
        };
        if order.is_ne() {
            return order;
        }
    }
    a.split('.').count().cmp(&b.split('.').count())
}

fn compare_suffixes(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('_').skip(1), b.split('_').skip(1));
    loop {
        let (x, y) = (left.next(), right.next());
        if x.is_none() && y.is_none() {
            return Ordering::Equal;
        }
        let (x, y) = (
            x.and_then(suffix).unwrap_or(NONE),
            y.and_then(suffix).unwrap_or(NONE),
        );
        let order = x.0.cmp(&y.0).then_with(|| digits::compare(x.1, y.1));
        if order.is_ne() {
            return order;
        }
    }
}

fn suffix(text: &str) -> Option<(usize, &str)> {
    let (name, number) = digits::take_while(text, |b| b.is_ascii_lowercase());
    let rank = SUFFIXES
        .iter()
        .position(|known| *known == name && !name.is_empty())?;
    (number.is_empty() || digits::is_number(number)).then_some((rank, number))
}
