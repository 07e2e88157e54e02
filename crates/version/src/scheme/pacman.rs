//! Arch Linux: `[epoch:]version[-release]` by `vercmp`.
//!
//! Like rpm's order without its marks, and with one difference: where one side ends, a
//! remaining word makes it older (`1.0rc` before `1.0`), a remaining number newer.
//!
//! Source: the manual page vercmp(8).

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    version.bytes().any(|b| b.is_ascii_alphanumeric()) && !version.contains(char::is_whitespace)
}

fn split(version: &str) -> (&str, &str, Option<&str>) {
    let (number, rest) = digits::take(version);
    let (epoch, rest) = match rest.strip_prefix(':') {
        Some(rest) => (number, rest),
        None => ("", version),
    };
    match rest.rsplit_once('-') {
        Some((version, release)) => (epoch, version, Some(release)),
        None => (epoch, rest, None),
    }
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let ((ea, va, ra), (eb, vb, rb)) = (split(a), split(b));
    digits::compare(ea, eb)
        .then_with(|| compare_part(va, vb))
        .then_with(|| match (ra, rb) {
            (Some(x), Some(y)) => compare_part(x, y),
            (x, y) => x.is_some().cmp(&y.is_some()),
        })
}

fn compare_part<'a>(mut a: &'a str, mut b: &'a str) -> Ordering {
    let separator = |c: char| !c.is_ascii_alphanumeric();
    loop {
        a = a.trim_start_matches(separator);
        b = b.trim_start_matches(separator);
        let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
            let rest = |s: &str| {
                s.chars()
                    .next()
                    .map_or(1, |c| if c.is_ascii_digit() { 2 } else { 0 })
            };
            return rest(a).cmp(&rest(b));
        };
        if x.is_ascii_digit() != y.is_ascii_digit() {
            return x.is_ascii_digit().cmp(&y.is_ascii_digit());
        }
        let number = x.is_ascii_digit();
        let take = |s: &'a str| {
            digits::take_while(s, |c| {
                c.is_ascii_alphanumeric() && c.is_ascii_digit() == number
            })
        };
        let ((sa, ta), (sb, tb)) = (take(a), take(b));
        let order = if number {
            digits::compare(sa, sb)
        } else {
            sa.cmp(sb)
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = (ta, tb);
    }
}
