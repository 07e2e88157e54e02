//! Plain comparators: `>= 1.2, < 1.4.3 || = 2.0`.
//!
//! The language advisory feeds without a package manager use. Comma or space
//! between comparators is "and", `||` (or a single `|`) is "or", a bare version
//! is equality, `*` everything.

use super::{Bad, Operator, all_of, any_of};
use crate::{Range, Scheme};

pub(super) fn parse(scheme: Scheme, text: &str) -> Result<Range, Bad> {
    any_of(
        text.split('|')
            .filter(|part| !part.is_empty())
            .map(|part| conjunction(scheme, part)),
    )
}

fn conjunction(scheme: Scheme, text: &str) -> Result<Range, Bad> {
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

/// Cuts at commas and spaces, keeping an operator and the version after it together.
pub(super) fn comparators(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in text
        .split([',', ' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
    {
        match parts.last_mut() {
            Some(last) if last.ends_with(['<', '>', '=', '!', '~', '^']) => last.push_str(word),
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

fn comparator(text: &str) -> Result<Range, Bad> {
    if text == "*" {
        return Ok(Range::everything());
    }
    match Operator::split(text) {
        Some((_, "")) => Err(Bad::new(text)),
        Some((operator, version)) => Ok(operator.range(version)),
        None => Ok(Operator::Equal.range(text)),
    }
}
