//! Composer: PHP's `version_compare`, and Composer's normal form on top of it.
//!
//! Text and numbers alternate, with dots put between them. Words rank
//! (unknown) `< dev < alpha = a < beta = b < rc = RC <` a number `< pl = p`, by
//! their beginning. [`compare`] is that order alone, in which `1.0 < 1.0.0` and
//! `BETA` is unknown. Composer itself first fills versions up to four numbers,
//! lower-cases the words and drops `+metadata` and `-stable`, so bounds of
//! ranges use [`compare_bound`], which does the same.
//!
//! Source: the PHP manual, `version_compare`; Composer's documentation,
//! "Versions and constraints".

use std::cmp::Ordering;

use crate::digits;

/// Ranks of the words by their first letters, the longer ones first.
const WORDS: [(&str, i8); 10] = [
    ("dev", 0),
    ("alpha", 1),
    ("a", 1),
    ("beta", 2),
    ("b", 2),
    ("rc", 3),
    ("RC", 3),
    ("#", NUMBER),
    ("pl", 5),
    ("p", 5),
];
const NUMBER: i8 = 4;
const UNKNOWN: i8 = -1;

pub(super) fn check(version: &str) -> bool {
    let version = version.trim();
    let readable = |c: char| c.is_ascii_graphic() && !"<>=|,^*()[]{}$".contains(c);
    let has_number = version.bytes().any(|b| b.is_ascii_digit());
    (has_number || version.starts_with("dev-")) && version.chars().all(readable)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (strip_prefix(a), strip_prefix(b));
    compare_tokens(tokens(a), tokens(b), rank)
}

/// Order of Composer's normal forms.
pub(super) fn compare_bound(a: &str, b: &str) -> Ordering {
    let (a, b) = (
        strip_metadata(strip_prefix(a)),
        strip_metadata(strip_prefix(b)),
    );
    compare_tokens(normal_tokens(a), normal_tokens(b), rank_any_case)
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Number(&'a str),
    /// The `x` of `2.1.x-dev`, newer than any number in its place.
    Any,
    Word(&'a str),
}

fn compare_tokens<'a>(
    mut a: impl Iterator<Item = Part<'a>>,
    mut b: impl Iterator<Item = Part<'a>>,
    rank: fn(&str) -> i8,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(x), Some(y)) => compare_part(x, y, rank),
            (Some(Part::Word(word)), None) => rank(word).cmp(&NUMBER),
            (None, Some(Part::Word(word))) => NUMBER.cmp(&rank(word)),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_part(a: Part<'_>, b: Part<'_>, rank: fn(&str) -> i8) -> Ordering {
    match (a, b) {
        (Part::Number(x), Part::Number(y)) => digits::compare(x, y),
        (Part::Word(x), Part::Word(y)) => rank(x).cmp(&rank(y)),
        (Part::Word(x), _) => rank(x).cmp(&NUMBER),
        (_, Part::Word(y)) => NUMBER.cmp(&rank(y)),
        (Part::Any, Part::Any) => Ordering::Equal,
        (Part::Any, Part::Number(_)) => Ordering::Greater,
        (Part::Number(_), Part::Any) => Ordering::Less,
    }
}

fn rank(word: &str) -> i8 {
    WORDS
        .iter()
        .find(|(known, _)| word.starts_with(known))
        .map_or(UNKNOWN, |(_, rank)| *rank)
}

fn rank_any_case(word: &str) -> i8 {
    let starts = |known: &str| {
        word.get(..known.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(known))
    };
    WORDS
        .iter()
        .find(|(known, _)| starts(known))
        .map_or(UNKNOWN, |(_, rank)| *rank)
}

fn strip_prefix(version: &str) -> &str {
    let version = version.trim();
    match version.strip_prefix(['v', 'V']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => version,
    }
}

fn strip_metadata(version: &str) -> &str {
    let version = version.split_once('+').map_or(version, |(head, _)| head);
    version.strip_suffix("-stable").unwrap_or(version)
}

/// Numbers and words of a version, whatever separates them.
fn tokens(version: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = version;
    let mut after_number = false;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '#');
        let first = rest.bytes().next()?;
        let kind = |b: u8| match first {
            b'0'..=b'9' => b.is_ascii_digit(),
            b'#' => b == b'#',
            _ => b.is_ascii_alphabetic(),
        };
        let (token, tail) = digits::take_while(rest, kind);
        rest = tail;
        let part = match token {
            "x" | "X" if after_number => Part::Any,
            _ if first.is_ascii_digit() => Part::Number(token),
            _ => Part::Word(token),
        };
        after_number = !matches!(part, Part::Word(_));
        Some(part)
    })
}

/// The tokens with the leading numbers filled up to four.
fn normal_tokens(version: &str) -> impl Iterator<Item = Part<'_>> {
    let is_number = |part: &Part<'_>| !matches!(part, Part::Word(_));
    let numbers = tokens(version).take_while(is_number).count();
    let missing = if numbers == 0 {
        0
    } else {
        4usize.saturating_sub(numbers)
    };
    let ends_open = matches!(tokens(version).take(numbers).last(), Some(Part::Any));
    let filler = if ends_open {
        Part::Any
    } else {
        Part::Number("0")
    };
    tokens(version)
        .take(numbers)
        .chain(std::iter::repeat_n(filler, missing))
        .chain(tokens(version).skip(numbers))
}
