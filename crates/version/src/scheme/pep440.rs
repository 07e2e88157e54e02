//! Python: PEP 440, `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`.
//!
//! Every spelling the PEP normalises is read: case, `v`, `alpha`, `c`, `pre`,
//! `preview`, `rev`, `r`, separators, implicit numbers and implicit posts.
//! What is not PEP 440 fails [`check`], but [`compare`] still orders it, before
//! everything that is, by the rule setuptools had until PEP 440.
//!
//! Source: PEP 440, "Summary of permitted suffixes and relative ordering" and
//! "Normalization"; the setuptools documentation of `parse_version`.

use std::cmp::Ordering;

use super::pep440_legacy as legacy;
use crate::digits;

pub(super) fn check(version: &str) -> bool {
    Pep440::parse(version).is_some()
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    match (Pep440::parse(a), Pep440::parse(b)) {
        (Some(a), Some(b)) => a
            .compare_public(&b)
            .then_with(|| compare_local(a.local, b.local)),
        (None, None) => legacy::compare(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Order against a bound: a local version counts only where the bound has one.
pub(super) fn compare_bound(version: &str, bound: &str) -> Option<Ordering> {
    let (a, b) = (Pep440::parse(version)?, Pep440::parse(bound)?);
    let order = a.compare_public(&b);
    Some(if b.local.is_empty() {
        order
    } else {
        order.then_with(|| compare_local(a.local, b.local))
    })
}

/// A parsed version; numbers are kept as text.
pub(crate) struct Pep440<'a> {
    epoch: &'a str,
    pub(crate) release: &'a str,
    /// Rank of `a`, `b` or `rc`, and its number.
    pre: Option<(u8, &'a str)>,
    post: Option<&'a str>,
    dev: Option<&'a str>,
    local: &'a str,
}

const PRE: [(&str, u8); 8] = [
    ("alpha", 0),
    ("a", 0),
    ("beta", 1),
    ("b", 1),
    ("preview", 2),
    ("pre", 2),
    ("rc", 2),
    ("c", 2),
];

impl<'a> Pep440<'a> {
    pub(crate) fn parse(version: &'a str) -> Option<Self> {
        let text = version.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) if is_local(local) => (public, local),
            Some(_) => return None,
            None => (text, ""),
        };
        let (epoch, rest) = public.split_once('!').unwrap_or(("0", public));
        let (release, rest) = take_release(rest)?;
        let (pre, rest) = take_pre(rest);
        let (post, rest) = take_post(rest);
        let (dev, rest) = match take_word(rest, "dev") {
            Some((number, rest)) => (Some(number), rest),
            None => (None, rest),
        };
        let complete = rest.is_empty() && digits::is_number(epoch);
        complete.then_some(Self {
            epoch,
            release,
            pre,
            post,
            dev,
            local,
        })
    }

    fn compare_public(&self, other: &Self) -> Ordering {
        digits::compare(self.epoch, other.epoch)
            .then_with(|| digits::compare_dotted(self.release, other.release))
            .then_with(|| self.pre_rank().cmp(&other.pre_rank()))
            .then_with(|| compare_number(self.pre.map(|(_, n)| n), other.pre.map(|(_, n)| n)))
            .then_with(|| self.post.is_some().cmp(&other.post.is_some()))
            .then_with(|| compare_number(self.post, other.post))
            .then_with(|| other.dev.is_some().cmp(&self.dev.is_some()))
            .then_with(|| compare_number(self.dev, other.dev))
    }

    /// A development release of nothing else comes first, a release last.
    fn pre_rank(&self) -> u8 {
        match self.pre {
            Some((rank, _)) => rank + 1,
            None if self.post.is_none() && self.dev.is_some() => 0,
            None => u8::MAX,
        }
    }
}

fn compare_number(a: Option<&str>, b: Option<&str>) -> Ordering {
    digits::compare(a.unwrap_or(""), b.unwrap_or(""))
}

fn take_release(text: &str) -> Option<(&str, &str)> {
    let mut end = digits::take(text).0.len();
    if end == 0 {
        return None;
    }
    while let Some(after) = text.get(end..).and_then(|rest| rest.strip_prefix('.')) {
        let number = digits::take(after).0.len();
        if number == 0 {
            break;
        }
        end += 1 + number;
    }
    Some(text.split_at(end))
}

fn take_pre(text: &str) -> (Option<(u8, &str)>, &str) {
    for (word, rank) in PRE {
        if let Some((number, rest)) = take_word(text, word) {
            return (Some((rank, number)), rest);
        }
    }
    (None, text)
}

fn take_post(text: &str) -> (Option<&str>, &str) {
    if let Some((number, rest)) = text.strip_prefix('-').map(digits::take)
        && !number.is_empty()
    {
        return (Some(number), rest);
    }
    for word in ["post", "rev", "r"] {
        if let Some((number, rest)) = take_word(text, word) {
            return (Some(number), rest);
        }
    }
    (None, text)
}

/// `[sep]word[[sep]number]`; an implicit number is empty, and the
/// separator before it may stand there all the same.
fn take_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let text = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let head = text.get(..word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let rest = &text[word.len()..];
    Some(digits::take(
        rest.strip_prefix(['.', '-', '_']).unwrap_or(rest),
    ))
}

fn is_local(local: &str) -> bool {
    local
        .split(['.', '-', '_'])
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Local versions: words before numbers, none before any.
fn compare_local(a: &str, b: &str) -> Ordering {
    let split = |text: &'_ str| {
        text.split(['.', '-', '_'])
            .filter(|part| !part.is_empty())
            .count()
    };
    let parts = a.split(['.', '-', '_']).zip(b.split(['.', '-', '_']));
    let differing = parts
        .map(|(x, y)| compare_local_part(x, y))
        .find(|order| order.is_ne());
    match (a.is_empty(), b.is_empty()) {
        (false, false) => differing.unwrap_or_else(|| split(a).cmp(&split(b))),
        (x, y) => y.cmp(&x),
    }
}

fn compare_local_part(a: &str, b: &str) -> Ordering {
    match (digits::is_number(a), digits::is_number(b)) {
        (true, true) => digits::compare(a, b),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let (x, y) = (a.bytes(), b.bytes());
            x.map(|c| c.to_ascii_lowercase())
                .cmp(y.map(|c| c.to_ascii_lowercase()))
        }
    }
}
