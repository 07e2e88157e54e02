//! Bracket notation of Maven and NuGet: `[1.0,2.0)`, `(,1.5]`, `[1.1]`.
//!
//! Square brackets include their end, round ones do not; an empty end is no
//! bound; brackets after one another, with or without a comma, are a union.
//!
//! Source: the Maven POM reference, "Dependency Version Requirement
//! Specification", and NuGet's "Package versioning", "Version ranges".

use super::Bad;
use crate::{Bound, Interval, Range};

/// What a version without brackets means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare {
    /// That version: Maven calls it a soft requirement, for which it is the
    /// only version it names.
    Exact,
    /// That version or any newer one.
    Lowest,
}

pub(super) fn parse(text: &str, bare: Bare) -> Result<Range, Bad> {
    let mut range = Range::nothing();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(Bad::new(text));
    }
    while !rest.is_empty() {
        let (part, tail) = if rest.starts_with(['[', '(']) {
            let end = rest.find([']', ')']).ok_or_else(|| Bad::new(rest))? + 1;
            let (part, tail) = rest.split_at(end);
            (bracketed(part)?, tail)
        } else {
            let (version, tail) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            (unbracketed(version.trim(), bare)?, tail)
        };
        range = range.union(part);
        rest = tail.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(range)
}

fn unbracketed(version: &str, bare: Bare) -> Result<Range, Bad> {
    match (version, bare) {
        ("", _) => Err(Bad::new(version)),
        ("*", _) => Ok(Range::everything()),
        (_, Bare::Exact) => Ok(Range::exactly([version])),
        (_, Bare::Lowest) => Ok(Interval::from(version).into()),
    }
}

fn bracketed(text: &str) -> Result<Range, Bad> {
    let is_closed = (text.starts_with('['), text.ends_with(']'));
    let inner = text
        .get(1..text.len().saturating_sub(1))
        .unwrap_or_default();
    let Some((lower, upper)) = inner.split_once(',') else {
        let version = inner.trim();
        let valid = is_closed == (true, true) && !version.is_empty();
        return if valid {
            Ok(Range::exactly([version]))
        } else {
            Err(Bad::new(text))
        };
    };
    if upper.contains(',') {
        return Err(Bad::new(text));
    }
    let (lower, upper) = (
        bound(lower.trim(), is_closed.0),
        bound(upper.trim(), is_closed.1),
    );
    Ok(Interval::new(lower, upper).into())
}

fn bound(version: &str, is_inclusive: bool) -> Bound {
    match (version, is_inclusive) {
        ("", _) => Bound::Unbounded,
        (_, true) => Bound::Inclusive(version.to_owned()),
        (_, false) => Bound::Exclusive(version.to_owned()),
    }
}
