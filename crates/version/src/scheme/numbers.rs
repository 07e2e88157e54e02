//! Plain lists of numbers: CRAN and Hackage.
//!
//! CRAN (`numeric_version` in R) takes numbers between dots or hyphens, Hackage
//! (`Data.Version`, and the Haskell package versioning policy) between dots
//! only. Both compare number by number, and `1.0` is older than `1.0.0`.

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str, separators: &[char]) -> bool {
    version.trim().split(separators).all(digits::is_number)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let list = |text: &'_ str| text.trim().split(['.', '-']).count();
    let (left, right) = (a.trim().split(['.', '-']), b.trim().split(['.', '-']));
    left.zip(right)
        .map(|(x, y)| digits::compare(x, y))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| list(a).cmp(&list(b)))
}
