//! Alpine's package manager: `1.2.3a_rc1_p2-r4`.
//!
//! A version is a row of tokens: numbers, letters, suffixes, a revision. Numbers after a
//! point that begin with zeros are compared as text, as decimals are. The suffixes `_alpha _beta _pre _rc` come before the bare version,
//! `_cvs _svn _git _hg _p` after it. Where one version ends and the other goes on, the
//! kind of the next token decides.
//!
//! Source: apk-tools, manual page apk-package(5), and the behaviour of `apk version -t`.

use std::cmp::Ordering;

use crate::digits;

const BEFORE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const AFTER: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

/// Kinds of tokens; where versions part, the later kind is the older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A number after a point, which may be a decimal fraction.
    Fraction,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Commit,
    Revision,
    End,
    Invalid,
}

/// Value of a token. At the same place both versions have the same kind of value.
#[derive(Debug, PartialEq, Eq)]
enum Value<'a> {
    Rank(i64),
    Number(&'a str),
    Fraction(&'a str),
    Text(&'a str),
}

impl Value<'_> {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => digits::compare(a, b),
            (Self::Fraction(a), Self::Fraction(b)) if a.starts_with('0') || b.starts_with('0') => {
                a.cmp(b)
            }
            (Self::Fraction(a), Self::Fraction(b)) => digits::compare(a, b),
            (Self::Rank(a), Self::Rank(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}

struct Tokens<'a> {
    kind: Kind,
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn of(version: &'a str) -> Self {
        let starts = version.bytes().next().is_some_and(|b| b.is_ascii_digit());
        Self {
            kind: if starts { Kind::Number } else { Kind::Invalid },
            rest: version,
        }
    }

    /// Takes the value of the present token and moves to the next.
    fn take(&mut self) -> Value<'a> {
        let (value, length) = match self.kind {
            Kind::Fraction => {
                let number = digits::take(self.rest).0;
                (Value::Fraction(number), number.len())
            }
            Kind::Number | Kind::SuffixNumber | Kind::Revision => {
                let number = digits::take(self.rest).0;
                (Value::Number(number), number.len())
            }
            Kind::Letter => {
                let length = usize::from(!self.rest.is_empty());
                (Value::Text(&self.rest[..length]), length)
            }
            Kind::Commit => {
                let hash = digits::take_while(self.rest, |b| b.is_ascii_hexdigit()).0;
                (Value::Text(hash), hash.len())
            }
            Kind::Suffix => match suffix(self.rest) {
                Some((rank, length)) => (Value::Rank(rank), length),
                None => {
                    self.kind = Kind::Invalid;
                    return Value::Rank(-100);
                }
            },
            Kind::End | Kind::Invalid => return Value::Rank(0),
        };
        self.rest = &self.rest[length..];
        self.kind = self.following();
        value
    }

    /// The kind of what follows, past the mark that announces it.
    fn following(&mut self) -> Kind {
        let Some(first) = self.rest.bytes().next() else {
            return Kind::End;
        };
        let was = self.kind;
        let numeric = matches!(was, Kind::Fraction | Kind::Number);
        let (kind, mark) = match first {
            b'a'..=b'z' if numeric => (Kind::Letter, 0),
            b'0'..=b'9' if was == Kind::Letter => (Kind::Number, 0),
            b'0'..=b'9' if was == Kind::Suffix => (Kind::SuffixNumber, 0),
            b'.' if numeric && self.digit_at(1) => (Kind::Fraction, 1),
            b'_' if was < Kind::Commit => (Kind::Suffix, 1),
            b'~' if was < Kind::Commit => (Kind::Commit, 1),
            b'-' if self.rest[1..].starts_with('r') && was < Kind::Revision && self.digit_at(2) => {
                (Kind::Revision, 2)
            }
            _ => (Kind::Invalid, 0),
        };
        self.rest = &self.rest[mark..];
        kind
    }

    fn digit_at(&self, at: usize) -> bool {
        self.rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit)
    }
}

/// Rank of the suffix at the beginning of `text` and its length.
fn suffix(text: &str) -> Option<(i64, usize)> {
    let word = digits::take_while(text, |b| b.is_ascii_lowercase()).0;
    if let Some(i) = BEFORE.iter().position(|s| *s == word) {
        return Some((i as i64 - 4, word.len()));
    }
    AFTER
        .iter()
        .position(|s| *s == word)
        .map(|i| (i as i64, word.len()))
}

/// Any text that begins with a number: apk itself gives every such text a place, the
/// ill-formed ones before the version that they begin with.
pub(super) fn check(version: &str) -> bool {
    version.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && !version.contains(|c: char| c.is_whitespace() || c.is_control())
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Tokens::of(a), Tokens::of(b));
    loop {
        if a.kind != b.kind {
            return part(a, b);
        }
        if matches!(a.kind, Kind::End | Kind::Invalid) {
            return Ordering::Equal;
        }
        let order = a.take().compare(&b.take());
        if order.is_ne() {
            return order;
        }
    }
}

/// Where the kinds differ: a suffix of a version before the bare one makes it older,
/// else the later kind is the older version.
fn part(mut a: Tokens<'_>, mut b: Tokens<'_>) -> Ordering {
    let (kind_a, kind_b) = (a.kind, b.kind);
    let before = |t: &mut Tokens<'_>| {
        t.kind == Kind::Suffix && matches!(t.take(), Value::Rank(rank) if rank < 0)
    };
    match (before(&mut a), before(&mut b)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => kind_b.cmp(&kind_a),
    }
}
