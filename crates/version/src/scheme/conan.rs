//! Conan: dotted items of any kind, then `-pre-release` and `+build`.
//!
//! Items that are both numbers compare as numbers, otherwise as text; zeros at
//! the end are not significant. A pre-release is older than none, a build is
//! newer than none, and both are ordered item by item in the same way.
//!
//! Source: Conan 2's documentation, "Version ranges" and "Version".

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    let readable = |c: char| !c.is_whitespace() && !c.is_control() && !"<>=|[]".contains(c);
    version.bytes().any(|b| b.is_ascii_alphanumeric()) && version.chars().all(readable)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, build_a) = split(a.rsplit_once('+'), a);
    let (b, build_b) = split(b.rsplit_once('+'), b);
    let (main_a, pre_a) = split(a.split_once('-'), a);
    let (main_b, pre_b) = split(b.split_once('-'), b);
    compare_items(main_a, main_b)
        .then_with(|| match (pre_a, pre_b) {
            (Some(x), Some(y)) => compare_items(x, y),
            (x, y) => y.is_some().cmp(&x.is_some()),
        })
        .then_with(|| match (build_a, build_b) {
            (Some(x), Some(y)) => compare_items(x, y),
            (x, y) => x.is_some().cmp(&y.is_some()),
        })
}

fn split<'a>(cut: Option<(&'a str, &'a str)>, whole: &'a str) -> (&'a str, Option<&'a str>) {
    cut.map_or((whole, None), |(head, tail)| (head, Some(tail)))
}

fn compare_items(a: &str, b: &str) -> Ordering {
    let (a, b) = (significant(a), significant(b));
    let differing = items(a)
        .zip(items(b))
        .map(|(x, y)| compare_item(x, y))
        .find(|order| order.is_ne());
    differing.unwrap_or_else(|| items(a).count().cmp(&items(b).count()))
}

fn items(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter().flat_map(|text| text.split('.'))
}

/// The items without trailing zeros; nothing when all of them are zero.
fn significant(mut text: &str) -> Option<&str> {
    let is_zero = |item: &str| !item.is_empty() && item.bytes().all(|b| b == b'0');
    while let Some((head, last)) = text.rsplit_once('.') {
        if !is_zero(last) {
            return Some(text);
        }
        text = head;
    }
    (!is_zero(text)).then_some(text)
}

fn compare_item(a: &str, b: &str) -> Ordering {
    if digits::is_number(a) && digits::is_number(b) {
        return digits::compare(a, b);
    }
    a.cmp(b)
}
