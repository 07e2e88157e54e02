//! Bitnami: a semantic version with a revision of the packaging, `1.2.3-4`.
//!
//! A last hyphen followed by digits alone is the revision, and a revision is
//! newer than none; anything else after a hyphen is a pre-release.
//!
//! Source: the README of bitnami/go-version and Bitnami's OSV records.

use std::cmp::Ordering;

use super::semver::Semver;
use crate::digits;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, revision_a) = split(a);
    let (b, revision_b) = split(b);
    let order = Semver::parse(a)?.compare(&Semver::parse(b)?);
    Some(order.then_with(|| digits::compare(revision_a, revision_b)))
}

fn split(version: &str) -> (&str, &str) {
    match version.trim().rsplit_once('-') {
        Some((head, revision)) if digits::is_number(revision) => (head, revision),
        _ => (version, ""),
    }
}
