//! Composer: PHP's `version_compare` over what Composer normalises versions to.
//!
//! Letters and digits are split apart; `dev < alpha < beta < RC < (number or end) < patch`.
//! Branches (`dev-main`, `2.x-dev`) have no number of their own and come first.
//!
//! Source: the PHP manual on `version_compare`; Composer's documentation "Versions and
//! constraints".

use std::cmp::Ordering;

use crate::digits;

pub(super) fn check(version: &str) -> bool {
    let version = clean(version);
    version.starts_with("dev-") || version.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

fn clean(version: &str) -> &str {
    let version = version.trim();
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    version.split('+').next().unwrap_or(version)
}

/// The parts of a version, words and numbers apart.
fn parts(version: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for mut rest in clean(version).split(['.', '-', '_']) {
        while !rest.is_empty() {
            let number = rest.starts_with(|c: char| c.is_ascii_digit());
            let length = rest
                .find(|c: char| c.is_ascii_digit() != number)
                .unwrap_or(rest.len());
            let (part, tail) = rest.split_at(length);
            out.push(part);
            rest = tail;
        }
    }
    // Composer fills the number up to four places before it compares.
    let numbers = out.iter().take_while(|p| digits::is_number(p)).count();
    for _ in numbers..4 {
        out.insert(numbers, "0");
    }
    out
}

/// Rank of a part: words before numbers, patches after them.
fn rank(part: &str) -> i32 {
    if digits::is_number(part) {
        return 5;
    }
    // PHP knows these words by their beginning: `patch` and `post` are both `p`.
    let word = part.to_ascii_lowercase();
    const WORDS: [(&str, i32); 8] = [
        ("dev", 0),
        ("x", 0),
        ("stable", 4),
        ("a", 1),
        ("b", 2),
        ("rc", 3),
        ("c", 3),
        ("p", 6),
    ];
    WORDS
        .iter()
        .find(|(known, _)| word.starts_with(known))
        .map_or(-1, |(_, rank)| *rank)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let branch = |v: &str| clean(v).starts_with("dev-");
    match (branch(a), branch(b)) {
        (true, true) => return clean(a).cmp(clean(b)),
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (false, false) => {}
    }
    let (a, b) = (parts(a), parts(b));
    for i in 0..a.len().max(b.len()) {
        let order = match (a.get(i), b.get(i)) {
            (Some(x), Some(y)) => compare_parts(x, y),
            (Some(x), None) => against_end(x),
            (None, Some(y)) => against_end(y).reverse(),
            (None, None) => Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn compare_parts(x: &str, y: &str) -> Ordering {
    let (rx, ry) = (rank(x), rank(y));
    if rx == 5 && ry == 5 {
        return digits::compare(x, y);
    }
    rx.cmp(&ry)
}

/// A part against nothing: a zero is nothing, a number or a patch is more, a word less.
fn against_end(part: &str) -> Ordering {
    match rank(part) {
        5 => digits::compare(part, "0"),
        4 => Ordering::Equal,
        r => r.cmp(&4),
    }
}
