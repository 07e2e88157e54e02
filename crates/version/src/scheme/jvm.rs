//! Java runtimes: `11.0.3+7`, and the older `1.8.0_292-b10` and `8u292`.
//!
//! The older form is read as the newer: `1.8.0_292` and `8u292` are `8.0.292`.
//!
//! Source: JEP 223 and JEP 322.

use std::cmp::Ordering;

use super::semver;
use crate::digits;

pub(super) fn check(version: &str) -> bool {
    version.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && !version.contains(char::is_whitespace)
}

/// Numbers, pre-release and build of a version in the newer form.
fn parts(version: &str) -> (String, String, String) {
    let (core, build) = version.split_once('+').unwrap_or((version, ""));
    let (numbers, rest) = digits::take_while(core, |b| b.is_ascii_digit() || b".u_".contains(&b));
    let old = numbers.strip_prefix("1.").filter(|r| !r.is_empty());
    let numbers = match (old, numbers.split_once('u')) {
        (Some(rest), _) => rest.replace('_', "."),
        (None, Some((major, update))) => format!("{major}.0.{update}"),
        (None, None) => numbers.replace('_', "."),
    };
    let pre = rest.strip_prefix('-').unwrap_or(rest);
    match pre.strip_prefix('b').filter(|n| digits::is_number(n)) {
        Some(number) if build.is_empty() => (numbers, String::new(), number.to_owned()),
        _ => (numbers, pre.to_owned(), build.to_owned()),
    }
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let ((na, pa, ba), (nb, pb, bb)) = (parts(a), parts(b));
    digits::compare_dotted(&na, &nb)
        .then_with(|| semver::compare_pre(&pa, &pb))
        .then_with(|| {
            let build = |b: &str| digits::take(b).0.to_owned();
            digits::compare(&build(&ba), &build(&bb))
        })
}
