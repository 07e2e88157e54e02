//! RPM: `[epoch:]version[-release]`, each part ordered by `rpmvercmp`.
//!
//! Segments of letters or digits are compared one by one, everything else
//! only separates them. `~` sorts before the end of the part, `^` after the end
//! but before any further segment. A missing epoch is 0. As a total order a
//! missing release sorts first; against the bound of a range a release that
//! one side lacks is not looked at, which is what rpm does for dependencies.
//!
//! Source: rpm's manual page rpm-version(7) and the behaviour of
//! `rpm.vercmp` and of `Requires:` without a release.

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    !version.is_empty() && !version.contains(|c: char| c.is_whitespace() || c.is_control())
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Evr::split(a), Evr::split(b));
    a.compare_version(&b)
        .then_with(|| match (a.release, b.release) {
            (Some(x), Some(y)) => compare_part(x, y),
            (x, y) => x.is_some().cmp(&y.is_some()),
        })
}

/// Order against a bound: a release counts only where both have one.
pub(super) fn compare_bound(version: &str, bound: &str) -> Ordering {
    let (a, b) = (Evr::split(version), Evr::split(bound));
    a.compare_version(&b)
        .then_with(|| match (a.release, b.release) {
            (Some(x), Some(y)) => compare_part(x, y),
            _ => Ordering::Equal,
        })
}

struct Evr<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

impl<'a> Evr<'a> {
    /// Only digits before the first colon make an epoch; any other colon
    /// belongs to the version, where it separates segments.
    fn split(text: &'a str) -> Self {
        let (number, rest) = digits::take(text);
        let (epoch, rest) = match rest.strip_prefix(':') {
            Some(rest) => (number, rest),
            None => ("", text),
        };
        match rest.rsplit_once('-') {
            Some((version, release)) => Self {
                epoch,
                version,
                release: Some(release),
            },
            None => Self {
                epoch,
                version: rest,
                release: None,
            },
        }
    }

    fn compare_version(&self, other: &Self) -> Ordering {
        digits::compare(self.epoch, other.epoch)
            .then_with(|| compare_part(self.version, other.version))
    }
}

/// `rpmvercmp` of two versions or two releases.
fn compare_part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        a = skip_separators(a);
        b = skip_separators(b);
        if let Some(order) = compare_marks(&mut a, &mut b) {
            match order {
                Ordering::Equal => continue,
                decided => return decided,
            }
        }
        let (Some(first), Some(_)) = (a.first(), b.first()) else {
            // Whichever has segments left is newer.
            return a.len().min(1).cmp(&b.len().min(1));
        };
        let is_number = first.is_ascii_digit();
        let (segment_a, rest_a) = split_segment(a, is_number);
        let (segment_b, rest_b) = split_segment(b, is_number);
        if segment_b.is_empty() {
            // A number is newer than letters.
            return if is_number {
                Ordering::Greater
            } else {
                Ordering::Less
            };
        }
        let order = if is_number {
            compare_numbers(segment_a, segment_b)
        } else {
            segment_a.cmp(segment_b)
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// `~` and `^` at the start of either side. `Some(Equal)` means both had the
/// same mark and it has been taken off.
fn compare_marks(a: &mut &[u8], b: &mut &[u8]) -> Option<Ordering> {
    let (x, y) = (a.first().copied(), b.first().copied());
    let order = match (x, y) {
        (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
            *a = &a[1..];
            *b = &b[1..];
            Ordering::Equal
        }
        (Some(b'~'), _) => Ordering::Less,
        (_, Some(b'~')) => Ordering::Greater,
        (Some(b'^'), Some(_)) | (None, Some(b'^')) => Ordering::Less,
        (Some(b'^'), None) | (Some(_), Some(b'^')) => Ordering::Greater,
        _ => return None,
    };
    Some(order)
}

fn skip_separators(part: &[u8]) -> &[u8] {
    let count = part
        .iter()
        .take_while(|b| !b.is_ascii_alphanumeric() && **b != b'~' && **b != b'^')
        .count();
    &part[count..]
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

fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let strip = |n: &[u8]| n.iter().take_while(|b| **b == b'0').count();
    let (a, b) = (&a[strip(a)..], &b[strip(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
