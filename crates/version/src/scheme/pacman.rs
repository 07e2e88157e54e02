//! Arch Linux: `[epoch:]pkgver[-pkgrel]`, ordered by alpm's own `vercmp`.
//!
//! A relative of rpm's rule with three differences: separators of different
//! length decide, there is no `~` or `^`, and letters left over at the end make
//! a version older (`1.0rc < 1.0`) while a separator and letters make it newer.
//! The release counts only where both sides have one.
//!
//! Source: vercmp(8) of pacman.

use std::cmp::Ordering;

use crate::digits;

pub(super) use super::rpm::check;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (epoch_a, version_a, release_a) = split(a);
    let (epoch_b, version_b, release_b) = split(b);
    digits::compare(epoch_a, epoch_b)
        .then_with(|| compare_part(version_a.as_bytes(), version_b.as_bytes()))
        .then_with(|| match (release_a, release_b) {
            (Some(x), Some(y)) => compare_part(x.as_bytes(), y.as_bytes()),
            _ => Ordering::Equal,
        })
}

fn split(version: &str) -> (&str, &str, Option<&str>) {
    let (number, rest) = digits::take(version);
    let (epoch, rest) = rest
        .strip_prefix(':')
        .map_or(("", version), |rest| (number, rest));
    match rest.rsplit_once('-') {
        Some((version, release)) => (epoch, version, Some(release)),
        None => (epoch, rest, None),
    }
}

fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() && !b.is_empty() {
        let (separator_a, separator_b) = (separators(a), separators(b));
        (a, b) = (&a[separator_a..], &b[separator_b..]);
        let (Some(first), Some(_)) = (a.first(), b.first()) else {
            break;
        };
        if separator_a != separator_b {
            return separator_a.cmp(&separator_b);
        }
        let is_number = first.is_ascii_digit();
        let (segment_a, rest_a) = split_segment(a, is_number);
        let (segment_b, rest_b) = split_segment(b, is_number);
        if segment_b.is_empty() {
            return if is_number {
                Ordering::Greater
            } else {
                Ordering::Less
            };
        }
        let order = compare_segment(segment_a, segment_b, is_number);
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    compare_rest(a, b)
}

/// What is left when one side ran out: letters are older than nothing.
fn compare_rest(a: &[u8], b: &[u8]) -> Ordering {
    let is_letter = |part: &[u8]| part.first().is_some_and(u8::is_ascii_alphabetic);
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) if is_letter(b) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, _) if is_letter(a) => Ordering::Less,
        (false, _) => Ordering::Greater,
    }
}

fn separators(part: &[u8]) -> usize {
    part.iter()
        .take_while(|b| !b.is_ascii_alphanumeric())
        .count()
}

fn split_segment(part: &[u8], is_number: bool) -> (&[u8], &[u8]) {
    let belongs = |b: &&u8| {
        if is_number {
            b.is_ascii_digit()
        } else {
            b.is_ascii_alphabetic()
        }
    };
    part.split_at(part.iter().take_while(belongs).count())
}

fn compare_segment(a: &[u8], b: &[u8], is_number: bool) -> Ordering {
    if !is_number {
        return a.cmp(b);
    }
    let zeros = |n: &[u8]| n.iter().take_while(|b| **b == b'0').count();
    let (a, b) = (&a[zeros(a)..], &b[zeros(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
