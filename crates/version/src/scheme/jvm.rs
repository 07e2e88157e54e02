//! Java runtimes: `1.8.0_292-b10`, `8u292`, `11.0.3+7`, `17-ea`.
//!
//! The leading `1.` of Java 8 and older is dropped, `u` and `_` lead to the
//! update, which stands in the third place: `8u292`, `1.8.0_292` and `8.0.292`
//! are one version. A pre-release is older than the release. As a total order a
//! build is newer than none; a bound without a build leaves it out.
//!
//! Source: JEP 223 and `java.lang.Runtime.Version`.

use std::cmp::Ordering;

use super::semver::compare_pre;
use crate::digits;

pub(super) fn check(version: &str) -> bool {
    Parts::parse(version).is_some()
}

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Parts::parse(a)?, Parts::parse(b)?);
    Some(
        a.compare_release(&b)
            .then_with(|| match (a.build, b.build) {
                (Some(x), Some(y)) => digits::compare(x, y),
                (x, y) => x.is_some().cmp(&y.is_some()),
            }),
    )
}

/// Order against a bound: the build counts only where both have one.
pub(super) fn compare_bound(version: &str, bound: &str) -> Option<Ordering> {
    let (a, b) = (Parts::parse(version)?, Parts::parse(bound)?);
    Some(
        a.compare_release(&b)
            .then_with(|| match (a.build, b.build) {
                (Some(x), Some(y)) => digits::compare(x, y),
                _ => Ordering::Equal,
            }),
    )
}

struct Parts<'a> {
    /// Numbers with the update still marked by `u` or `_`.
    numbers: &'a str,
    pre: &'a str,
    build: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn parse(version: &'a str) -> Option<Self> {
        let version = version.trim();
        let version = version
            .strip_prefix("jdk")
            .unwrap_or(version)
            .trim_start_matches('-');
        let version = version.strip_prefix("1.").unwrap_or(version);
        let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'u');
        let (numbers, rest) = digits::take_while(version, is_part);
        if !numbers.split(['.', '_', 'u']).all(digits::is_number) {
            return None;
        }
        let (tags, build) = match rest.split_once('+') {
            Some((tags, build)) => (tags, Some(digits::take(build).0)),
            None => (rest, None),
        };
        let tag = tags.strip_prefix('-').unwrap_or(tags);
        // Java 8 writes its build as `-b10`.
        match tag.strip_prefix('b').map(digits::take) {
            Some((number, _)) if !number.is_empty() => Some(Self {
                numbers,
                pre: "",
                build: Some(number),
            }),
            _ if tag.bytes().all(|b| b.is_ascii_graphic())
                && (tags.is_empty() || tags.starts_with('-')) =>
            {
                Some(Self {
                    numbers,
                    pre: tag,
                    build,
                })
            }
            _ => None,
        }
    }

    fn compare_release(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (self.places(), other.places());
        loop {
            match (a.next(), b.next()) {
                (None, None) => return compare_pre(self.pre, other.pre),
                (x, y) => {
                    let order = digits::compare(x.unwrap_or(""), y.unwrap_or(""));
                    if order.is_ne() {
                        return order;
                    }
                }
            }
        }
    }

    /// The numbers with the update moved to the third place.
    fn places(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (head, update) = match self.numbers.split_once(['_', 'u']) {
            Some((head, update)) => (head, Some(update)),
            None => (self.numbers, None),
        };
        let missing = if update.is_some() {
            2usize.saturating_sub(head.split('.').count())
        } else {
            0
        };
        head.split('.')
            .chain(std::iter::repeat_n("0", missing))
            .chain(
                update
                    .into_iter()
                    .flat_map(|update| update.split(['.', '_', 'u'])),
            )
    }
}
