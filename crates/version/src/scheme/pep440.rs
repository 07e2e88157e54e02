//! Python: `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`.
//!
//! All spellings that PEP 440 normalises are read (`1.0-alpha.1`, `1.0-1`, `v1.0`).
//! Order: dev releases, then pre-releases, then the release, then post-releases; a local
//! version after the same version without one. What is not of this grammar is ordered as
//! it was before there was one, below everything else.
//!
//! Source: PEP 440, "Summary of permitted suffixes and relative ordering".

use std::cmp::Ordering;

use crate::digits;

#[derive(Default)]
struct Parts<'a> {
    epoch: &'a str,
    release: &'a str,
    /// Rank of the pre-release's letter and its number.
    pre: Option<(u8, &'a str)>,
    post: Option<&'a str>,
    dev: Option<&'a str>,
    local: Option<&'a str>,
}

/// Longest version that is read as one of the time before PEP 440, in bytes.
const MAX_LEGACY: usize = 200;

pub(super) fn check(version: &str) -> bool {
    let version = version.trim();
    split(&version.to_ascii_lowercase()).is_some()
        || (!version.is_empty()
            && version.len() <= MAX_LEGACY
            && !version.contains(|c: char| c.is_whitespace() || c.is_control()))
}

/// The key of a version of the time before PEP 440, as setuptools ordered them. All of
/// these come before all others; packages that still carry one are that old.
fn legacy_key(version: &str) -> Vec<String> {
    let mut key: Vec<String> = Vec::new();
    let mut rest = version;
    let mut parts: Vec<&str> = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '0'..='9' => digits::take(rest).0.len(),
            'a'..='z' => digits::take_while(rest, |b| b.is_ascii_lowercase()).0.len(),
            '.' | '-' => 1,
            _ => rest
                .find(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-')
                .unwrap_or(rest.len()),
        };
        parts.push(&rest[..length]);
        rest = &rest[length..];
    }
    for part in parts.into_iter().filter(|p| *p != ".").chain(["final"]) {
        let text = match part {
            "pre" | "preview" | "rc" => "*c".to_owned(),
            "-" => "*final-".to_owned(),
            "dev" => "*@".to_owned(),
            number if digits::is_number(number) => format!("{number:0>8}"),
            word => format!("*{word}"),
        };
        if text.starts_with('*') {
            while text.as_str() < "*final" && key.last().is_some_and(|k| k == "*final-") {
                key.pop();
            }
            while key.last().is_some_and(|k| k == "00000000") {
                key.pop();
            }
        }
        key.push(text);
    }
    key
}

fn split(version: &str) -> Option<Parts<'_>> {
    let mut parts = Parts::default();
    let rest = version.strip_prefix('v').unwrap_or(version);
    let (rest, local) = match rest.split_once('+') {
        Some((rest, local)) => (rest, Some(local)),
        None => (rest, None),
    };
    let local_ok = |l: &str| {
        l.split(['.', '-', '_'])
            .all(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    if local.is_some_and(|l| !local_ok(l)) {
        return None;
    }
    parts.local = local;
    let rest = match rest.split_once('!') {
        Some((epoch, rest)) if digits::is_number(epoch) => {
            parts.epoch = epoch;
            rest
        }
        Some(_) => return None,
        None => rest,
    };
    let length = release_length(rest);
    let (release, rest) = rest.split_at(length);
    if release.is_empty() {
        return None;
    }
    parts.release = release;
    let rest = take_pre(rest, &mut parts);
    let rest = take_post(rest, &mut parts);
    let rest = take_dev(rest, &mut parts);
    rest.is_empty().then_some(parts)
}

/// Length of the leading `N(.N)*`.
fn release_length(text: &str) -> usize {
    let mut end = 0;
    loop {
        let (number, rest) = digits::take(&text[end..]);
        if number.is_empty() {
            return end.saturating_sub(1);
        }
        end += number.len();
        if !rest.starts_with('.') {
            return end;
        }
        end += 1;
    }
}

fn separator(text: &str) -> &str {
    text.strip_prefix(['.', '-', '_']).unwrap_or(text)
}

/// The number after a letter; a separator may stand between, and none is zero.
fn number(text: &str) -> (&str, &str) {
    let (digits, rest) = digits::take(separator(text));
    if digits.is_empty() {
        ("", text)
    } else {
        (digits, rest)
    }
}

fn take_pre<'a>(text: &'a str, parts: &mut Parts<'a>) -> &'a str {
    let after = separator(text);
    const LETTERS: [(&str, u8); 8] = [
        ("alpha", 0),
        ("a", 0),
        ("beta", 1),
        ("b", 1),
        ("preview", 2),
        ("pre", 2),
        ("rc", 2),
        ("c", 2),
    ];
    for (letter, rank) in LETTERS {
        if let Some(rest) = after.strip_prefix(letter) {
            let (n, rest) = number(rest);
            parts.pre = Some((rank, n));
            return rest;
        }
    }
    text
}

fn take_post<'a>(text: &'a str, parts: &mut Parts<'a>) -> &'a str {
    if let Some((n, rest)) = text
        .strip_prefix('-')
        .map(digits::take)
        .filter(|(n, _)| !n.is_empty())
    {
        parts.post = Some(n);
        return rest;
    }
    let after = separator(text);
    for word in ["post", "rev", "r"] {
        if let Some(rest) = after.strip_prefix(word) {
            let (n, rest) = number(rest);
            parts.post = Some(n);
            return rest;
        }
    }
    text
}

fn take_dev<'a>(text: &'a str, parts: &mut Parts<'a>) -> &'a str {
    match separator(text).strip_prefix("dev") {
        Some(rest) => {
            let (n, rest) = number(rest);
            parts.dev = Some(n);
            rest
        }
        None => text,
    }
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim().to_ascii_lowercase(), b.trim().to_ascii_lowercase());
    let (a, b) = match (split(&a), split(&b)) {
        (Some(a), Some(b)) => (a, b),
        (None, None) => return legacy_key(&a).cmp(&legacy_key(&b)),
        (left, _) => return left.is_some().cmp(&true).then(Ordering::Greater),
    };
    digits::compare(a.epoch, b.epoch)
        .then_with(|| digits::compare_dotted(a.release, b.release))
        .then_with(|| compare_ranked(pre_key(&a), pre_key(&b)))
        .then_with(|| compare_ranked(post_key(&a), post_key(&b)))
        .then_with(|| compare_ranked(dev_key(&a), dev_key(&b)))
        .then_with(|| compare_local(a.local, b.local))
}

fn compare_ranked(a: (u8, &str), b: (u8, &str)) -> Ordering {
    a.0.cmp(&b.0).then_with(|| digits::compare(a.1, b.1))
}

/// A dev release of the plain version comes before its pre-releases.
fn pre_key<'a>(parts: &Parts<'a>) -> (u8, &'a str) {
    match parts.pre {
        Some((rank, n)) => (rank + 1, n),
        None if parts.post.is_none() && parts.dev.is_some() => (0, ""),
        None => (9, ""),
    }
}

fn post_key<'a>(parts: &Parts<'a>) -> (u8, &'a str) {
    parts.post.map_or((0, ""), |n| (1, n))
}

fn dev_key<'a>(parts: &Parts<'a>) -> (u8, &'a str) {
    parts.dev.map_or((1, ""), |n| (0, n))
}

fn compare_local(a: Option<&str>, b: Option<&str>) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else {
        return a.is_some().cmp(&b.is_some());
    };
    let (mut a, mut b) = (a.split(['.', '-', '_']), b.split(['.', '-', '_']));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (digits::is_number(x), digits::is_number(y)) {
            (true, true) => digits::compare(x, y),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
}
