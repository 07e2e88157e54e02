//! opam: Debian's order over the whole text, without epoch and revision.
//!
//! Source: the opam manual, "Version ordering".

use std::cmp::Ordering;

use super::deb;

/// A version without any digit is a word such as `base`, which orders nothing.
pub(super) fn check(version: &str) -> bool {
    version.bytes().any(|b| b.is_ascii_digit())
        && version
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_+~".contains(&b))
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    deb::compare_part(a.as_bytes(), b.as_bytes())
}
