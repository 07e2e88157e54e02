//! Go: module versions and toolchain versions.
//!
//! Modules are semantic versions with a `v`; pseudo-versions
//! (`v0.0.0-20200101000000-abcdef012345`) are ordinary pre-releases and
//! `+incompatible` is build metadata. The toolchain writes `go1.21rc2` for what
//! the vulnerability database calls `1.21.0-rc.2`; both spellings are one
//! version here. Vendor tails (`go1.22.1 X:boringcrypto`) are dropped.
//!
//! Source: the Go modules reference, §Versions, and go.dev/doc/toolchain.

use std::cmp::Ordering;

use super::semver::{Semver, compare_identifiers, compare_pre};
use crate::digits;

pub(super) fn check(version: &str) -> bool {
    parse(version).is_some()
}

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parse(a)?, parse(b)?);
    let order = digits::compare_dotted(a.numbers, b.numbers);
    if order.is_ne() || (!a.is_attached && !b.is_attached) || a.pre.is_empty() || b.pre.is_empty() {
        return Some(order.then_with(|| compare_pre(a.pre, b.pre)));
    }
    Some(compare_identifiers(identifiers(&a), identifiers(&b)))
}

fn parse(version: &str) -> Option<Semver<'_>> {
    let version = version.trim();
    let text = version.strip_prefix("go").unwrap_or(version);
    let text = text.split_once(' ').map_or(text, |(head, _)| head);
    let text = text.split_once("-X:").map_or(text, |(head, _)| head);
    Semver::parse(text)
}

/// Identifiers of a pre-release; `rc2` written without a hyphen is `rc.2`.
fn identifiers<'a>(version: &Semver<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let (head, tail) = if version.is_attached {
        digits::take_while(version.pre, |b| !b.is_ascii_digit() && b != b'.')
    } else {
        ("", version.pre)
    };
    let head = Some(head).filter(|text| !text.is_empty());
    let tail = tail.strip_prefix('.').unwrap_or(tail);
    head.into_iter()
        .chain(tail.split('.').filter(|text| !text.is_empty()))
}
