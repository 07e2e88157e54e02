//! NuGet: up to four numbers, then a label compared without case.
//!
//! Source: NuGet's documentation "Package versioning", "Normalized version numbers".

use std::cmp::Ordering;

use super::semver;
use crate::digits;

fn split(version: &str) -> (&str, &str) {
    let version = version.trim();
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let version = version.split('+').next().unwrap_or(version);
    let (numbers, label) = digits::take_while(version, |b| b.is_ascii_digit() || b == b'.');
    (numbers, label)
}

pub(super) fn check(version: &str) -> bool {
    let (numbers, label) = split(version);
    numbers.split('.').all(digits::is_number)
        && (label.is_empty() || (label.len() > 1 && label.starts_with('-')))
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let ((a, x), (b, y)) = (split(a), split(b));
    digits::compare_dotted(a, b).then_with(|| {
        let label = |l: &str| l.strip_prefix('-').unwrap_or(l).to_lowercase();
        semver::compare_pre(&label(x), &label(y))
    })
}
