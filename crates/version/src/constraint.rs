//! The requirement languages that native advisories are written in, read as ranges.
//!
//! Only the meaning for vulnerability ranges is wanted: a pre-release that lies between
//! the bounds belongs to the range, whatever a resolver would say about choosing it.

use std::fmt;

use crate::{Bound, Interval, Range, Scheme, digits};

/// A requirement language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// RubyGems: `>= 1.2, < 3`, `~> 4.2.5`. Source: RubyGems Guides, "Patterns".
    Gem,
    /// npm: `^1.2 || >=2 <3`, `1.x`, `1.2 - 2.3`. Source: npm's `semver` documentation.
    Npm,
    /// Cargo: `>= 1.2, < 2`, `^1.0`. Source: The Cargo Book, "Specifying Dependencies".
    Cargo,
    /// Composer: `>=1.0,<2|~3.1`. Source: Composer, "Versions and constraints".
    Composer,
    /// Python: `>=1.0,<2,!=1.5,~=1.4.2,==1.*`. Source: PEP 440, "Version specifiers".
    Pep440,
    /// Maven and NuGet: `[1.0,2.0)`. Source: Maven POM Reference, "Dependency Version
    /// Requirement Specification".
    Interval,
    /// Comparators joined by commas or blanks, alternatives by `||`.
    Generic,
}

/// A requirement that is not of its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadConstraint {
    text: String,
    why: &'static str,
}

impl fmt::Display for BadConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a version requirement: {}",
            self.text, self.why
        )
    }
}

impl std::error::Error for BadConstraint {}

/// Longest text that is read, in bytes.
const MAX_LEN: usize = 16 * 1024;

/// The versions that `text` asks for.
///
/// # Errors
/// When the text is not of the dialect, or names a version that has no order.
pub fn parse(dialect: Dialect, scheme: Scheme, text: &str) -> Result<Range, BadConstraint> {
    let refuse = |why| BadConstraint {
        text: text.chars().take(120).collect(),
        why,
    };
    if text.len() > MAX_LEN {
        return Err(refuse("too long"));
    }
    if dialect == Dialect::Interval {
        return intervals(text, scheme).map_err(refuse);
    }
    let mut range = Range::default();
    for alternative in text
        .split('|')
        .filter(|a| !a.is_empty() || dialect == Dialect::Npm)
    {
        // `||` leaves an empty piece in the middle, which stands for nothing.
        if alternative.trim().is_empty() && text.contains('|') {
            continue;
        }
        let mut all = Range::everything();
        let alternative = hyphenated(dialect, alternative);
        for (operator, version) in comparators(&alternative).map_err(refuse)? {
            let one = comparator(dialect, scheme, operator, version).map_err(refuse)?;
            all = all.intersect(&one, scheme);
        }
        range = range.union(all);
    }
    Ok(range)
}

/// `1.2 - 2.3` as two comparators.
fn hyphenated(dialect: Dialect, text: &str) -> String {
    let hyphen = matches!(dialect, Dialect::Npm | Dialect::Composer);
    match text.split_once(" - ").filter(|_| hyphen) {
        Some((low, high)) => {
            let high = high.trim();
            // A partial upper end means everything that begins with it.
            let partial = high.split('.').count() < 3;
            format!(
                ">={} {}{high}",
                low.trim(),
                if partial { "<=~" } else { "<=" }
            )
        }
        None => text.to_owned(),
    }
}

const OPERATORS: [&str; 15] = [
    "<=~", "===", "==", "~>", "~=", "!=", "<>", ">=", "<=", "=", ">", "<", "^", "~", "",
];

/// Pairs of operator and version, in the order written.
fn comparators(text: &str) -> Result<Vec<(&str, &str)>, &'static str> {
    let mut out = Vec::new();
    let separator = |c: char| c == ',' || c.is_whitespace();
    let mut rest = text.trim_matches(separator);
    while !rest.is_empty() {
        let operator = OPERATORS
            .into_iter()
            .find(|o| rest.starts_with(o))
            .unwrap_or("");
        rest = rest[operator.len()..].trim_start();
        let end = rest
            .find(|c: char| separator(c) || "<>=~^!".contains(c))
            .unwrap_or(rest.len());
        // A `~` inside a version (`1.0~rc1`) is a part of it.
        let end = match rest[end..].chars().next() {
            Some('~') if end > 0 => rest.find(separator).unwrap_or(rest.len()),
            _ => end,
        };
        if end == 0 {
            return Err("a comparator without a version");
        }
        out.push((operator, &rest[..end]));
        rest = rest[end..].trim_start_matches(separator);
    }
    Ok(out)
}

fn comparator(
    dialect: Dialect,
    scheme: Scheme,
    operator: &str,
    version: &str,
) -> Result<Range, &'static str> {
    let trimmed = version
        .trim_end_matches(".*")
        .trim_end_matches(".x")
        .trim_end_matches(".X");
    let wild = trimmed.len() < version.len();
    if matches!(version, "*" | "x" | "X") {
        return Ok(Range::everything());
    }
    scheme
        .check(trimmed)
        .map_err(|_| "a version that has no order")?;
    let owned = trimmed.to_owned();
    let partial = dialect == Dialect::Npm && release(trimmed).split('.').count() < 3;
    Ok(match operator {
        ">=" => Range::of(Bound::Inclusive(owned), Bound::Unbounded),
        ">" if partial || wild => Range::of(
            Bound::Inclusive(next(trimmed, usize::MAX)),
            Bound::Unbounded,
        ),
        ">" => Range::of(Bound::Exclusive(owned), Bound::Unbounded),
        "<" => Range::below(owned),
        "<=~" => Range::below(next(trimmed, usize::MAX)),
        "<=" if partial || wild => Range::below(next(trimmed, usize::MAX)),
        "<=" => Range::of(Bound::Unbounded, Bound::Inclusive(owned)),
        "!=" | "<>" => equal(trimmed, wild).complement(scheme),
        "^" => prefix(trimmed, caret_place(trimmed)),
        "" if dialect == Dialect::Cargo => prefix(trimmed, caret_place(trimmed)),
        "~>" | "~=" => prefix(
            trimmed,
            release(trimmed).split('.').count().saturating_sub(2),
        ),
        // Composer's tilde moves the last number that is written, the others' the minor.
        "~" if dialect == Dialect::Composer => prefix(
            trimmed,
            release(trimmed).split('.').count().saturating_sub(2),
        ),
        "~" => prefix(
            trimmed,
            release(trimmed).split('.').count().saturating_sub(1).min(1),
        ),
        "=" | "==" | "===" | "" => equal(trimmed, wild || (partial && operator.is_empty())),
        _ => return Err("an unknown operator"),
    })
}

fn equal(version: &str, wild: bool) -> Range {
    if wild {
        return prefix(version, usize::MAX);
    }
    let bound = Bound::Inclusive(version.to_owned());
    Range {
        intervals: vec![Interval {
            lower: bound.clone(),
            upper: bound,
        }],
        ..Range::default()
    }
}

/// The numbers at the beginning of a version.
fn release(version: &str) -> &str {
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    digits::take_while(version, |b| b.is_ascii_digit() || b == b'.')
        .0
        .trim_end_matches('.')
}

/// Place of the leftmost number that is not zero, which `^` keeps.
fn caret_place(version: &str) -> usize {
    let numbers: Vec<&str> = release(version).split('.').collect();
    let nonzero = numbers.iter().position(|n| n.bytes().any(|b| b != b'0'));
    nonzero.unwrap_or(numbers.len().saturating_sub(1))
}

/// The first version after all that share the numbers up to `place`.
fn next(version: &str, place: usize) -> String {
    let numbers: Vec<&str> = release(version).split('.').collect();
    let place = place.min(numbers.len().saturating_sub(1));
    let mut out: Vec<String> = numbers[..place].iter().map(|n| (*n).to_owned()).collect();
    out.push(digits::successor(numbers[place]));
    out.join(".")
}

/// From `version` up to the next one that differs at `place` or before.
fn prefix(version: &str, place: usize) -> Range {
    Range::of(
        Bound::Inclusive(version.to_owned()),
        Bound::Exclusive(next(version, place)),
    )
}

/// `[1.0,2.0)`, `(,1.5]`, `[1.2]`, unions of them; a bare version is a lower bound.
fn intervals(text: &str, scheme: Scheme) -> Result<Range, &'static str> {
    let mut range = Range::default();
    let mut rest = text.trim();
    if !rest.starts_with(['[', '(']) {
        scheme
            .check(rest)
            .map_err(|_| "a version that has no order")?;
        return Ok(Range::of(
            Bound::Inclusive(rest.to_owned()),
            Bound::Unbounded,
        ));
    }
    while !rest.is_empty() {
        let open_closed = rest.starts_with('[');
        if !open_closed && !rest.starts_with('(') {
            return Err("an interval begins with `[` or `(`");
        }
        let end = rest.find([']', ')']).ok_or("an interval without an end")?;
        let closed = rest[end..].starts_with(']');
        let inner = &rest[1..end];
        let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
        let bound = |v: &str, inclusive: bool| -> Result<Bound, &'static str> {
            let v = v.trim();
            if v.is_empty() {
                return Ok(Bound::Unbounded);
            }
            scheme.check(v).map_err(|_| "a version that has no order")?;
            Ok(if inclusive {
                Bound::Inclusive(v.into())
            } else {
                Bound::Exclusive(v.into())
            })
        };
        range.intervals.push(Interval {
            lower: bound(low, open_closed)?,
            upper: bound(high, closed)?,
        });
        rest = rest[end + 1..].trim_start_matches([',', ' ']);
    }
    Ok(range)
}
