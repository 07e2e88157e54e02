//! Alpine: `digits{.digits}{letter}{_suffix{digits}}{~hash}{-rN}`.
//!
//! Two versions are read token by token while the kinds agree. When the kinds
//! part, the earlier kind of [`Token`] is the newer version, except that a
//! pre-release suffix is always older. A number after a dot that starts with
//! zero compares as text, so `1.07 < 1.5` and `1.1 > 1.07`.
//!
//! Source: apk-tools 3, `src/version.c` and `apk version --test`. What apk
//! calls invalid fails [`check`]; [`compare`] still orders it as far as it can
//! be read, as `apk version -t` does, an unreadable rest coming first.

use std::cmp::Ordering;

use crate::digits;

/// Kinds of token, in the order that decides when the kinds of two versions part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    First,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
    End,
    Invalid,
}

/// Suffixes by age; those before [`RELEASE`] are older than the plain version.
const SUFFIXES: [&str; 10] = [
    "alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p",
];
const RELEASE: usize = 4;

pub(super) fn check(version: &str) -> bool {
    let mut reader = Reader::new(version);
    while reader.token < Token::End {
        if reader.is_empty_number() {
            return false;
        }
        reader.advance();
    }
    reader.token == Token::End
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Reader::new(a), Reader::new(b));
    while a.token == b.token && a.token < Token::End {
        let order = a.compare_token(&b);
        if order.is_ne() {
            return order;
        }
        a.advance();
        b.advance();
    }
    if a.token == b.token {
        return a.unread().cmp(b.unread());
    }
    match (a.is_pre_release(), b.is_pre_release()) {
        (true, _) => Ordering::Less,
        (_, true) => Ordering::Greater,
        _ => b.token.cmp(&a.token),
    }
}

struct Reader<'a> {
    token: Token,
    value: &'a str,
    suffix: usize,
    rest: &'a str,
    /// Whether the invalid rest began in the revision, where apk ignores it.
    in_revision: bool,
}

impl<'a> Reader<'a> {
    fn new(version: &'a str) -> Self {
        let (value, rest) = digits::take(version);
        Self {
            token: Token::First,
            value,
            suffix: RELEASE,
            rest,
            in_revision: false,
        }
    }

    fn advance(&mut self) {
        let previous = self.token;
        let Some(first) = self.rest.bytes().next() else {
            self.token = Token::End;
            return;
        };
        let after = self.rest.get(1..).unwrap_or_default();
        self.token = match first {
            b'a'..=b'z' if previous <= Token::Number => {
                (self.value, self.rest) = self.rest.split_at(1);
                Token::Letter
            }
            b'.' if previous <= Token::Number
                && !after.starts_with(|c: char| c.is_ascii_alphabetic()) =>
            {
                (self.value, self.rest) = digits::take(after);
                Token::Number
            }
            b'0'..=b'9' if previous == Token::Suffix => {
                (self.value, self.rest) = digits::take(self.rest);
                Token::SuffixNumber
            }
            b'_' if previous <= Token::SuffixNumber => self.read_suffix(after),
            b'~' if previous < Token::Hash => self.read_hash(after),
            b'-' if previous < Token::Revision => self.read_revision(after),
            _ => {
                self.in_revision = previous == Token::Revision;
                Token::Invalid
            }
        };
    }

    fn read_suffix(&mut self, after: &'a str) -> Token {
        let (name, rest) = digits::take_while(after, |b| b.is_ascii_lowercase());
        match SUFFIXES.iter().position(|s| *s == name && !name.is_empty()) {
            Some(suffix) => {
                (self.value, self.suffix, self.rest) = (name, suffix, rest);
                Token::Suffix
            }
            None => Token::Invalid,
        }
    }

    fn read_hash(&mut self, after: &'a str) -> Token {
        let (hash, rest) = digits::take_while(after, |b| b.is_ascii_hexdigit());
        if hash.is_empty() {
            return Token::Invalid;
        }
        (self.value, self.rest) = (hash, rest);
        Token::Hash
    }

    fn read_revision(&mut self, after: &'a str) -> Token {
        match after.strip_prefix('r').map(digits::take) {
            Some((number, rest))
                if !number.is_empty() || rest.is_empty() || rest.starts_with('-') =>
            {
                (self.value, self.rest) = (number, rest);
                Token::Revision
            }
            _ => {
                self.in_revision = true;
                Token::Invalid
            }
        }
    }

    fn compare_token(&self, other: &Self) -> Ordering {
        let (a, b) = (self.value, other.value);
        match self.token {
            Token::Suffix => self.suffix.cmp(&other.suffix),
            Token::Number if a.starts_with('0') || b.starts_with('0') => a.cmp(b),
            Token::Letter | Token::Hash => a.cmp(b),
            _ => digits::compare(a, b),
        }
    }

    fn is_empty_number(&self) -> bool {
        self.value.is_empty()
            && matches!(self.token, Token::First | Token::Number | Token::Revision)
    }

    fn is_pre_release(&self) -> bool {
        self.token == Token::Suffix && self.suffix < RELEASE
    }

    fn unread(&self) -> &'a str {
        if self.in_revision { "" } else { self.rest }
    }
}
