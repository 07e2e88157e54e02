//! Requirement languages: what package managers write, read into ranges.
//!
//! Advisories for humans and for one ecosystem speak its own language:
//! `~> 4.2.5.1`, `^1.0 || 2.x`, `[1.0,2.0)`. Each dialect has its file; all give
//! a [`Range`] in plain intervals. A requirement here says which versions an
//! advisory means, not which one to install, so pre-releases belong to the
//! interval they lie in, as in OSV.

mod composer;
mod gem;
mod generic;
mod interval;
mod npm;
mod pep440;

use std::fmt;

use crate::{Bound, Interval, Range, Scheme};

/// A requirement language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// RubyGems: `>= 1.2, < 3`, `~> 4.2.5.1`, `!= 2.0`.
    Gem,
    /// npm: `^1.2`, `~1`, `1.x`, `1.0 - 2.0`, `>=1 <2 || 3`.
    Npm,
    /// Cargo and RustSec: `>= 1.2, < 2`, `^1.0`, `~1.2`, `*`; a bare version is a caret.
    Cargo,
    /// Composer: `>=1.0,<2|~3.1`, `^4`, `1.0 - 2.0`, `1.*`.
    Composer,
    /// PEP 440 specifiers: `>=1.0,<2`, `~=1.4.2`, `==1.*`, `!=1.5`.
    Pep440,
    /// Maven: `[1.0,2.0)`, `(,1.5]`, `[1.1]`, unions by comma; a bare version
    /// is that version alone.
    Maven,
    /// NuGet: the same brackets; a bare version is the lowest one.
    Nuget,
    /// Comparators joined by comma or space for "and", `||` for "or".
    Generic,
}

impl Dialect {
    /// Every dialect, in the order of the enum.
    pub const ALL: [Self; 8] = [
        Self::Gem,
        Self::Npm,
        Self::Cargo,
        Self::Composer,
        Self::Pep440,
        Self::Maven,
        Self::Nuget,
        Self::Generic,
    ];
}

/// A requirement that is not in its dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadConstraint {
    /// The whole requirement.
    pub text: String,
    /// The part of it that could not be read.
    pub part: String,
}

impl fmt::Display for BadConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.part == self.text {
            return write!(f, "`{}` is not a version requirement", self.text);
        }
        write!(
            f,
            "`{}` in `{}` is not a version requirement",
            self.part, self.text
        )
    }
}

impl std::error::Error for BadConstraint {}

/// Reads a requirement into the range of versions it means.
///
/// An empty requirement of Npm, Cargo, Composer, Pep440 or Gem means every
/// version, as it does to the package manager.
///
/// # Errors
///
/// [`BadConstraint`] if the text is not in the dialect, or names a version that
/// `scheme` cannot order.
pub fn parse(dialect: Dialect, scheme: Scheme, text: &str) -> Result<Range, BadConstraint> {
    let read = match dialect {
        Dialect::Gem => gem::parse(scheme, text),
        Dialect::Npm => npm::parse(scheme, text, npm::Flavour::Npm),
        Dialect::Cargo => npm::parse(scheme, text, npm::Flavour::Cargo),
        Dialect::Composer => composer::parse(scheme, text),
        Dialect::Pep440 => pep440::parse(scheme, text),
        Dialect::Maven => interval::parse(text, interval::Bare::Exact),
        Dialect::Nuget => interval::parse(text, interval::Bare::Lowest),
        Dialect::Generic => generic::parse(scheme, text),
    };
    let bad = |part: &str| BadConstraint {
        text: text.to_owned(),
        part: part.to_owned(),
    };
    let range = read.map_err(|Bad(part)| bad(&part))?;
    match unreadable_bound(scheme, &range) {
        Some(version) => Err(bad(version)),
        None => Ok(range),
    }
}

/// The part of a requirement that could not be read.
#[derive(Debug)]
struct Bad(String);

impl Bad {
    fn new(part: &str) -> Self {
        Self(part.to_owned())
    }
}

fn unreadable_bound(scheme: Scheme, range: &Range) -> Option<&str> {
    let bounds = range
        .intervals
        .iter()
        .flat_map(|i| [i.lower.version(), i.upper.version()]);
    let exact = range.exact.iter().map(|v| Some(v.as_str()));
    bounds
        .chain(exact)
        .flatten()
        .find(|version| scheme.check(version).is_err())
}

/// The comparison operators that most dialects share.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Operator {
    /// In the order they must be looked for, longer ones first.
    const ALL: [(&'static str, Self); 9] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<>", Self::NotEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
        ("!", Self::NotEqual),
    ];

    /// The operator a comparator starts with, and what follows it.
    fn split(text: &str) -> Option<(Self, &str)> {
        let found = Self::ALL
            .iter()
            .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        found.map(|(operator, rest)| (operator, rest.trim_start()))
    }

    /// The versions that compare so with `version`.
    fn range(self, version: &str) -> Range {
        match self {
            Self::Less => Interval::below(version).into(),
            Self::LessOrEqual => Interval::up_to(version).into(),
            Self::Greater => Interval::above(version).into(),
            Self::GreaterOrEqual => Interval::from(version).into(),
            Self::Equal => Range::exactly([version]),
            Self::NotEqual => [Interval::below(version), Interval::above(version)]
                .into_iter()
                .collect(),
        }
    }
}

/// The intersection of many ranges; of none, everything.
fn all_of(scheme: Scheme, ranges: Vec<Range>) -> Range {
    let mut ranges = ranges.into_iter();
    let Some(first) = ranges.next() else {
        return Range::everything();
    };
    let mut all = ranges.fold(first, |all, range| all.intersect(&range, scheme));
    fold_points(&mut all);
    all
}

/// Turns `>= 1, <= 1`, which intersections leave behind, into `= 1`.
fn fold_points(range: &mut Range) {
    let intervals = std::mem::take(&mut range.intervals);
    for interval in intervals {
        match (&interval.lower, &interval.upper) {
            (Bound::Inclusive(a), Bound::Inclusive(b)) if a == b => range.exact.push(a.clone()),
            _ => range.intervals.push(interval),
        }
    }
}

/// The union of many ranges.
fn any_of(ranges: impl IntoIterator<Item = Result<Range, Bad>>) -> Result<Range, Bad> {
    ranges
        .into_iter()
        .try_fold(Range::nothing(), |any, range| Ok(any.union(range?)))
}
