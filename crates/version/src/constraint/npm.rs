//! npm ranges and Cargo requirements: carets, tildes, wildcards, hyphens.
//!
//! A version may leave out numbers or write `x`, `X` or `*` for them. `^` keeps
//! the first number that is not zero, `~` keeps the minor one if there is one.
//! In npm a bare version is itself and `||` joins alternatives; in Cargo it is
//! a caret and comparators are joined by commas.
//!
//! Ends that follow from missing numbers are written `2.0.0-0`, before the
//! pre-releases of what comes next, as npm does; ends that the text names stand
//! as they are, so `<2.0.0` takes in `2.0.0-beta`.
//!
//! Source: the node-semver README, "Ranges", and the Cargo Book, "Specifying
//! Dependencies".

use super::generic::comparators;
use super::{Bad, Operator, all_of, any_of};
use crate::digits;
use crate::scheme::Semver;
use crate::{Interval, Range, Scheme};

/// Whose reading of a bare version applies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Npm,
    Cargo,
}

pub(super) fn parse(scheme: Scheme, text: &str, flavour: Flavour) -> Result<Range, Bad> {
    any_of(
        text.split("||")
            .map(|part| alternative(scheme, part.trim(), flavour)),
    )
}

fn alternative(scheme: Scheme, text: &str, flavour: Flavour) -> Result<Range, Bad> {
    if let Some((low, high)) = text.split_once(" - ") {
        return hyphen(low.trim(), high.trim());
    }
    let ranges: Result<Vec<Range>, Bad> = comparators(text)
        .iter()
        .map(|part| comparator(part, flavour))
        .collect();
    Ok(all_of(scheme, ranges?))
}

fn comparator(text: &str, flavour: Flavour) -> Result<Range, Bad> {
    if let Some(rest) = text.strip_prefix('^') {
        return Ok(Partial::parse(rest)?.caret());
    }
    if let Some(rest) = text.strip_prefix('~') {
        return Ok(Partial::parse(rest.strip_prefix('>').unwrap_or(rest))?.tilde());
    }
    match Operator::split(text) {
        Some((operator, rest)) => Partial::parse(rest)?.compared(operator),
        None if flavour == Flavour::Cargo => Ok(Partial::parse(text)?.bare_cargo()),
        None => Partial::parse(text)?.compared(Operator::Equal),
    }
}

/// `low - high`; a partial high end includes everything it begins.
fn hyphen(low: &str, high: &str) -> Result<Range, Bad> {
    let (low, high) = (Partial::parse(low)?, Partial::parse(high)?);
    let lower = Interval::from(low.floor()).lower;
    let upper = match high.next() {
        _ if high.is_complete() => Interval::up_to(high.text).upper,
        Some(next) => Interval::below(next).upper,
        None => return Ok(Interval::from(low.floor()).into()),
    };
    Ok(Interval::new(lower, upper).into())
}

/// A version some of whose numbers may be missing.
pub(super) struct Partial<'a> {
    pub(super) text: &'a str,
    pub(super) numbers: Vec<&'a str>,
    pub(super) has_wildcard: bool,
}

impl<'a> Partial<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Bad> {
        let text = text.trim().trim_start_matches(['v', 'V', '=']).trim();
        let core = text.split_once('+').map_or(text, |(core, _)| core);
        let is_wildcard = |part: &str| matches!(part, "x" | "X" | "*");
        let release = core.split_once('-').map_or(core, |(release, _)| release);
        if text.is_empty() || release.split('.').any(is_wildcard) {
            let mut parts = release.split('.').filter(|part| !part.is_empty());
            let numbers: Vec<&str> = parts
                .by_ref()
                .take_while(|part| !is_wildcard(part))
                .collect();
            let valid = numbers.iter().all(|n| digits::is_number(n))
                && parts.all(|p| is_wildcard(p) || digits::is_number(p));
            return if valid {
                Ok(Self {
                    text,
                    numbers,
                    has_wildcard: true,
                })
            } else {
                Err(Bad::new(text))
            };
        }
        let version = Semver::parse(text).ok_or_else(|| Bad::new(text))?;
        Ok(Self {
            text,
            numbers: version.numbers.split('.').collect(),
            has_wildcard: false,
        })
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.has_wildcard && self.numbers.len() >= 3
    }

    /// The lowest version meant.
    pub(super) fn floor(&self) -> String {
        if !self.has_wildcard && !self.numbers.is_empty() {
            return self.text.to_owned();
        }
        if self.numbers.is_empty() {
            "0".to_owned()
        } else {
            self.numbers.join(".")
        }
    }

    /// The first version after everything that begins with these numbers.
    fn next(&self) -> Option<String> {
        raised(&self.numbers, self.numbers.len().checked_sub(1)?)
    }

    /// Everything that begins with these numbers.
    fn prefix(&self) -> Range {
        match self.next() {
            Some(next) => Interval::half_open(first(&self.numbers.join(".")), next).into(),
            None => Range::everything(),
        }
    }

    /// The place of the number that a caret keeps: the first that is not zero.
    pub(super) fn caret_place(&self) -> Option<usize> {
        let is_zero = |number: &&str| number.bytes().all(|b| b == b'0');
        self.numbers
            .iter()
            .position(|n| !is_zero(n))
            .or(self.numbers.len().checked_sub(1))
    }

    fn caret(&self) -> Range {
        match self
            .caret_place()
            .and_then(|place| raised(&self.numbers, place))
        {
            Some(upper) => Interval::half_open(self.floor(), upper).into(),
            None => Range::everything(),
        }
    }

    fn tilde(&self) -> Range {
        let kept = self.numbers.len().checked_sub(1).map(|last| last.min(1));
        match kept.and_then(|place| raised(&self.numbers, place)) {
            Some(upper) => Interval::half_open(self.floor(), upper).into(),
            None => Range::everything(),
        }
    }

    fn bare_cargo(&self) -> Range {
        if self.has_wildcard {
            self.prefix()
        } else {
            self.caret()
        }
    }

    fn compared(&self, operator: Operator) -> Result<Range, Bad> {
        if self.is_complete() {
            return Ok(operator.range(self.text));
        }
        Ok(match (operator, self.next()) {
            (Operator::Equal, _) => self.prefix(),
            (Operator::Less | Operator::Greater, None) => Range::nothing(),
            (Operator::NotEqual, _) => return Err(Bad::new(self.text)),
            (_, None) => Range::everything(),
            (Operator::Greater, Some(next)) => Interval::from(next).into(),
            (Operator::LessOrEqual, Some(next)) => Interval::below(next).into(),
            (Operator::Less, _) => Interval::below(self.floor()).into(),
            (Operator::GreaterOrEqual, _) => Interval::from(self.floor()).into(),
        })
    }
}

/// Before everything whose numbers, up to a place, are these with the one in
/// that place raised.
fn raised(numbers: &[&str], place: usize) -> Option<String> {
    successor(numbers, place).map(|release| first(&release))
}

/// The numbers up to a place, with the one in that place raised.
pub(super) fn successor(numbers: &[&str], place: usize) -> Option<String> {
    let last = digits::successor(numbers.get(place)?);
    let mut kept: Vec<&str> = numbers[..place].to_vec();
    kept.push(&last);
    Some(kept.join("."))
}

/// The first of all versions with these numbers, in npm's own spelling.
fn first(release: &str) -> String {
    let missing = 2usize.saturating_sub(release.matches('.').count());
    format!("{release}{}-0", ".0".repeat(missing))
}
