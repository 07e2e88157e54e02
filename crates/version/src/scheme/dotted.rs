//! CRAN and Hackage: numbers, nothing else, and a longer list is later.
//!
//! Source: R's `package_version` (numbers separated by `.` or `-`), and the Haskell
//! Package Versioning Policy (dotted numbers in lexicographic order).

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    version.split(['.', '-']).all(digits::is_number)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split(['.', '-']), b.split(['.', '-']));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match digits::compare(x, y) {
                Ordering::Equal => {}
                decided => return decided,
            },
        }
    }
}
