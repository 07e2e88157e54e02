//! Debian: `[epoch:]upstream[-revision]`, as `dpkg --compare-versions` has it.
//!
//! Each part is read as alternating runs of other characters and digits. In
//! the first kind `~` comes before everything, even the end of the part, and
//! letters come before all other characters; digits compare as numbers.
//!
//! Source: deb-version(7), and Debian Policy §5.6.12.

use std::cmp::Ordering;

use crate::digits;

/// Like dpkg, which warns about a version that does not start with a digit and
/// compares it all the same; but a version without any digit is a word such as
/// `unfixed`, which no package carries.
pub(super) fn check(version: &str) -> bool {
    let (epoch, rest) = split_epoch(version);
    (epoch.is_empty() || digits::is_number(epoch))
        && rest.bytes().any(|b| b.is_ascii_digit())
        && rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".+-~:_".contains(&b))
        && !version.starts_with(':')
        && !version.ends_with('-')
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (epoch_a, a) = split_epoch(a);
    let (epoch_b, b) = split_epoch(b);
    let (upstream_a, revision_a) = a.rsplit_once('-').unwrap_or((a, ""));
    let (upstream_b, revision_b) = b.rsplit_once('-').unwrap_or((b, ""));
    digits::compare(epoch_a, epoch_b)
        .then_with(|| compare_part(upstream_a.as_bytes(), upstream_b.as_bytes()))
        .then_with(|| compare_part(revision_a.as_bytes(), revision_b.as_bytes()))
}

fn split_epoch(version: &str) -> (&str, &str) {
    version.split_once(':').unwrap_or(("", version))
}

/// Order of two parts; all there is to an opam version.
pub(super) fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        while starts_with_other(a) || starts_with_other(b) {
            let order = weight(a.first()).cmp(&weight(b.first()));
            if order.is_ne() {
                return order;
            }
            a = a.get(1..).unwrap_or_default();
            b = b.get(1..).unwrap_or_default();
        }
        let (number_a, rest_a) = split_number(a);
        let (number_b, rest_b) = split_number(b);
        let order = number_a
            .len()
            .cmp(&number_b.len())
            .then_with(|| number_a.cmp(number_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn starts_with_other(part: &[u8]) -> bool {
    part.first().is_some_and(|b| !b.is_ascii_digit())
}

/// Weight of one character of a non-digit run; the end of the run and the
/// start of a number weigh the same, so only `~` comes before them.
fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        Some(b'~') => -1,
        Some(b) if b.is_ascii_digit() => 0,
        Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
        Some(b) => i32::from(*b) + 256,
        None => 0,
    }
}

/// The leading number without its zeros, and what follows it.
fn split_number(part: &[u8]) -> (&[u8], &[u8]) {
    let zeros = part.iter().take_while(|b| **b == b'0').count();
    let part = &part[zeros..];
    let length = part.iter().take_while(|b| b.is_ascii_digit()).count();
    part.split_at(length)
}
