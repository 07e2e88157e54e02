//! Dart's pub: semantic versions whose build metadata takes part in the order.
//!
//! Source: the `pub_semver` package's documentation of `Version`: after the
//! pre-release, builds compare like pre-releases, and having one is newer than
//! having none.

use std::cmp::Ordering;

use super::semver::{Semver, compare_identifiers};

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Semver::parse(a)?, Semver::parse(b)?);
    Some(a.compare(&b).then_with(|| match (a.build, b.build) {
        ("", "") => Ordering::Equal,
        ("", _) => Ordering::Less,
        (_, "") => Ordering::Greater,
        (x, y) => compare_identifiers(x.split('.'), y.split('.')),
    }))
}
