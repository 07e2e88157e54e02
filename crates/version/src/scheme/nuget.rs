//! NuGet: semantic versions with a fourth number and no regard for case.
//!
//! Source: "NuGet package versioning" and the `VersionComparer` default mode:
//! missing numbers are zero, leading zeros are dropped, pre-release labels
//! compare without case, metadata is ignored.

use std::cmp::Ordering;

use super::semver::Semver;
use crate::digits;

pub(super) fn check(version: &str) -> bool {
    Semver::parse(version)
        .is_some_and(|v| v.numbers.split('.').count() <= 4 && (v.pre.is_empty() || !v.is_attached))
}

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Semver::parse(a)?, Semver::parse(b)?);
    Some(digits::compare_dotted(a.numbers, b.numbers).then_with(|| {
        match (a.pre.is_empty(), b.pre.is_empty()) {
            (false, false) => compare_labels(a.pre, b.pre),
            (x, y) => x.cmp(&y),
        }
    }))
}

fn compare_labels(a: &str, b: &str) -> Ordering {
    let differing = a
        .split('.')
        .zip(b.split('.'))
        .map(|(x, y)| compare_label(x, y))
        .find(|order| order.is_ne());
    differing.unwrap_or_else(|| a.split('.').count().cmp(&b.split('.').count()))
}

fn compare_label(a: &str, b: &str) -> Ordering {
    match (digits::is_number(a), digits::is_number(b)) {
        (true, true) => digits::compare(a, b),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => {
            let (x, y) = (a.bytes(), b.bytes());
            x.map(|c| c.to_ascii_uppercase())
                .cmp(y.map(|c| c.to_ascii_uppercase()))
        }
    }
}
