//! Composer constraints: `>=1.0,<2|~3.1`, `^4`, `1.0 - 2.0`, `1.*`.
//!
//! Comma or space is "and", `|` or `||` is "or". `~1.2` allows everything below
//! 2 and `~1.2.3` below 1.3; a caret keeps the first number that is not zero. A
//! stability flag after `@` says nothing about versions and is dropped. Ends
//! that follow from missing numbers are written `2-dev`, before all
//! pre-releases, as Composer does; ends that the text names stand as they are,
//! so `<2.0` takes in `2.0-beta1`, which carries the code the advisory means.
//!
//! Source: getcomposer.org, "Versions and constraints".

use super::generic::comparators;
use super::npm::{Partial, successor};
use super::{Bad, Operator, all_of, any_of};
use crate::{Interval, Range, Scheme};

pub(super) fn parse(scheme: Scheme, text: &str) -> Result<Range, Bad> {
    if text.trim().is_empty() {
        return Ok(Range::everything());
    }
    any_of(
        text.split('|')
            .filter(|part| !part.is_empty())
            .map(|part| alternative(scheme, part.trim())),
    )
}

fn alternative(scheme: Scheme, text: &str) -> Result<Range, Bad> {
    if let Some((low, high)) = text.split_once(" - ") {
        return hyphen(low.trim(), high.trim());
    }
    let ranges: Result<Vec<Range>, Bad> = comparators(text)
        .iter()
        .map(|part| comparator(part))
        .collect();
    let ranges = ranges?;
    if ranges.is_empty() {
        return Err(Bad::new(text));
    }
    Ok(all_of(scheme, ranges))
}

fn hyphen(low: &str, high: &str) -> Result<Range, Bad> {
    let partial = Partial::parse(high)?;
    let lower = Interval::from(low).lower;
    let upper = match after(&partial) {
        Some(next) if !partial.is_complete() => Interval::below(next).upper,
        _ => Interval::up_to(high).upper,
    };
    Ok(Interval::new(lower, upper).into())
}

fn comparator(text: &str) -> Result<Range, Bad> {
    let text = text.split_once('@').map_or(text, |(head, _)| head);
    if matches!(text, "" | "*" | "x" | "X") {
        return Ok(Range::everything());
    }
    if let Some(rest) = text.strip_prefix('^') {
        let partial = Partial::parse(rest)?;
        return from_to(rest, &partial, partial.caret_place());
    }
    if let Some(rest) = text.strip_prefix('~') {
        return tilde(rest);
    }
    let (operator, version) = Operator::split(text).unwrap_or((Operator::Equal, text));
    if version.is_empty() {
        return Err(Bad::new(text));
    }
    if version.ends_with(".*") || version.ends_with(".x") {
        return wildcard(operator, version);
    }
    Ok(operator.range(version))
}

/// `~1.2.3` is below 1.3, `~1.2` and `~1` below 2: the last number may move.
fn tilde(text: &str) -> Result<Range, Bad> {
    let partial = Partial::parse(text)?;
    from_to(
        text,
        &partial,
        Some(partial.numbers.len().saturating_sub(2)),
    )
}

/// From a version to where the number in a place would be raised.
fn from_to(text: &str, partial: &Partial<'_>, place: Option<usize>) -> Result<Range, Bad> {
    let upper = place
        .and_then(|place| successor(&partial.numbers, place))
        .ok_or_else(|| Bad::new(text))?;
    Ok(Interval::half_open(text.trim(), format!("{upper}-dev")).into())
}

/// Before everything after the versions that begin with these numbers.
fn after(partial: &Partial<'_>) -> Option<String> {
    let next = successor(&partial.numbers, partial.numbers.len().checked_sub(1)?)?;
    Some(format!("{next}-dev"))
}

fn wildcard(operator: Operator, text: &str) -> Result<Range, Bad> {
    let partial = Partial::parse(text)?;
    let next = after(&partial).ok_or_else(|| Bad::new(text))?;
    let floor = format!("{}-dev", partial.floor());
    Ok(match operator {
        Operator::Equal => Interval::half_open(floor, next).into(),
        Operator::NotEqual => [Interval::below(floor), Interval::from(next)]
            .into_iter()
            .collect(),
        Operator::Less => Interval::below(floor).into(),
        Operator::LessOrEqual => Interval::below(next).into(),
        Operator::Greater => Interval::from(next).into(),
        Operator::GreaterOrEqual => Interval::from(floor).into(),
    })
}
