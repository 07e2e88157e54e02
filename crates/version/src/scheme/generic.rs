//! Versions of upstream releases, whoever made them: `1.0.2k`, `9.8p1`,
//! `12rc1`, `2024-01-15`.
//!
//! What a program prints about itself and what the ranges of CPE names in the
//! National Vulnerability Database speak of follows no tool's rule, so this one
//! takes what projects have in common:
//!
//! - `.`, `-`, `_`, `+`, `~`, `:`, a space, and nothing between a digit and a
//!   letter, separate alike;
//! - runs of digits compare as numbers, missing ones count as zero;
//! - `dev`, `alpha`, `beta`, `milestone`, `pre` and `rc`, in that order and in
//!   their other spellings, come before the release; so do `a` and `b` in front
//!   of a number, as in Python's `3.13.0b2` and BIND's `9.11.0a1`;
//! - any other word is a later patch of what stands before it, by the alphabet:
//!   OpenSSL's `1.0.2`, `1.0.2a`, `1.0.2za`, OpenSSH's `9.8p1`;
//! - words for "this is the release" (`final`, `stable`, `lts`) and OpenSSL's
//!   `fips` say nothing.
//!
//! Sources: the CPE names of the National Vulnerability Database; the release
//! names of OpenSSL, OpenSSH, BIND, CPython and PostgreSQL.

use std::cmp::Ordering;

use crate::digits;

/// Words that may stand before the first number and say nothing.
const PREFIXES: [&str; 5] = ["v", "r", "rel", "release", "version"];

/// What a word says about the release that it follows, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Development,
    Alpha,
    Beta,
    Milestone,
    Preview,
    Candidate,
    /// Nothing follows, or the word says nothing.
    Release,
    Patch,
}

/// Every word with a meaning, and its one spelling where it is a patch. Words
/// that are not here are patches under their own name.
const WORDS: [(&str, Rank, &str); 30] = [
    ("dev", Rank::Development, ""),
    ("devel", Rank::Development, ""),
    ("snapshot", Rank::Development, ""),
    ("nightly", Rank::Development, ""),
    ("canary", Rank::Development, ""),
    ("alpha", Rank::Alpha, ""),
    ("beta", Rank::Beta, ""),
    ("milestone", Rank::Milestone, ""),
    ("pre", Rank::Preview, ""),
    ("preview", Rank::Preview, ""),
    ("prerelease", Rank::Preview, ""),
    ("ea", Rank::Preview, ""),
    ("rc", Rank::Candidate, ""),
    ("cr", Rank::Candidate, ""),
    ("candidate", Rank::Candidate, ""),
    ("final", Rank::Release, ""),
    ("ga", Rank::Release, ""),
    ("release", Rank::Release, ""),
    ("stable", Rank::Release, ""),
    ("lts", Rank::Release, ""),
    ("fips", Rank::Release, ""),
    ("p", Rank::Patch, "p"),
    ("pl", Rank::Patch, "p"),
    ("patch", Rank::Patch, "p"),
    ("patchlevel", Rank::Patch, "p"),
    ("u", Rank::Patch, "u"),
    ("update", Rank::Patch, "u"),
    ("upd", Rank::Patch, "u"),
    ("sp", Rank::Patch, "sp"),
    ("servicepack", Rank::Patch, "sp"),
];

/// A number must be the first thing, but for one word such as `v`: `unknown`
/// and `openssl-3.0` are no versions.
pub(super) fn check(version: &str) -> bool {
    let version = without_prefix(version.trim());
    let known = |b: u8| b.is_ascii_alphanumeric() || b".-_+~: ".contains(&b);
    version.starts_with(|c: char| c.is_ascii_digit()) && version.bytes().all(known)
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (groups(a), groups(b));
    for index in 0..a.len().max(b.len()) {
        let (x, y) = (a.get(index), b.get(index));
        let order = x.unwrap_or(&Group::NONE).compare(y.unwrap_or(&Group::NONE));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn without_prefix(version: &str) -> &str {
    let (word, rest) = digits::take_while(version, |b| b.is_ascii_alphabetic());
    let is_prefix = PREFIXES
        .iter()
        .any(|prefix| word.eq_ignore_ascii_case(prefix));
    if is_prefix {
        rest.trim_start_matches(['.', '-', '_', ' '])
    } else {
        version
    }
}

/// A word and the numbers that follow it; the first group has no word.
struct Group<'a> {
    rank: Rank,
    /// As written, or its one spelling; compared without case.
    word: &'a str,
    numbers: Vec<&'a str>,
}

impl Group<'_> {
    /// What a version that has ended has in the place of a group.
    const NONE: Group<'static> = Group {
        rank: Rank::Release,
        word: "",
        numbers: Vec::new(),
    };

    fn compare(&self, other: &Group<'_>) -> Ordering {
        self.rank
            .cmp(&other.rank)
            .then_with(|| compare_words(self.word, other.word))
            .then_with(|| compare_numbers(&self.numbers, &other.numbers))
    }
}

fn groups(version: &str) -> Vec<Group<'_>> {
    let mut groups = vec![Group::NONE];
    let mut rest = without_prefix(version.trim());
    while let Some(first) = rest.bytes().next() {
        if first.is_ascii_digit() {
            let (number, tail) = digits::take(rest);
            if let Some(group) = groups.last_mut() {
                group.numbers.push(number);
            }
            rest = tail;
        } else if first.is_ascii_alphabetic() {
            let (word, tail) = digits::take_while(rest, |b| b.is_ascii_alphabetic());
            let has_number = tail.starts_with(|c: char| c.is_ascii_digit());
            let (rank, word) = meaning(word, has_number);
            if rank != Rank::Release {
                groups.push(Group {
                    rank,
                    word,
                    numbers: Vec::new(),
                });
            }
            rest = tail;
        } else {
            let mut characters = rest.chars();
            characters.next();
            rest = characters.as_str();
        }
    }
    groups
}

/// What a word says, and the text by which patches compare.
fn meaning(word: &str, has_number: bool) -> (Rank, &str) {
    match word {
        "a" | "A" if has_number => return (Rank::Alpha, ""),
        "b" | "B" if has_number => return (Rank::Beta, ""),
        "m" | "M" if has_number => return (Rank::Milestone, ""),
        _ => {}
    }
    WORDS
        .iter()
        .find(|(spelling, ..)| word.eq_ignore_ascii_case(spelling))
        .map_or((Rank::Patch, word), |(_, rank, name)| (*rank, *name))
}

fn compare_words(a: &str, b: &str) -> Ordering {
    let lower = |b: u8| b.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

fn compare_numbers(a: &[&str], b: &[&str]) -> Ordering {
    let differing = (0..a.len().max(b.len()))
        .map(|place| digits::compare(number(a, place), number(b, place)))
        .find(|order| order.is_ne());
    differing.unwrap_or(Ordering::Equal)
}

/// The number in a place; nothing, which counts as zero, after the last.
fn number<'a>(numbers: &[&'a str], place: usize) -> &'a str {
    numbers.get(place).copied().unwrap_or("")
}
