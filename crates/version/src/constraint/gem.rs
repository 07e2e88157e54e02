//! RubyGems requirements: `>= 1.2, < 3`, `~> 4.2.5.1`.
//!
//! `~>` means at least this version and below the one with the last number
//! dropped and the number before it raised; `~> 2` is below 3, and below its
//! pre-releases.
//!
//! Source: guides.rubygems.org, "Patterns: pessimistic version constraint", and
//! `Gem::Version#bump`.

use super::{Bad, Operator, all_of};
use crate::digits;
use crate::{Interval, Range, Scheme};

pub(super) fn parse(scheme: Scheme, text: &str) -> Result<Range, Bad> {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let ranges: Result<Vec<Range>, Bad> = parts.map(requirement).collect();
    Ok(all_of(scheme, ranges?))
}

fn requirement(text: &str) -> Result<Range, Bad> {
    if let Some(version) = text.strip_prefix("~>") {
        let version = version.trim();
        let upper = bump(version).ok_or_else(|| Bad::new(text))?;
        return Ok(Interval::half_open(version, upper).into());
    }
    match Operator::split(text) {
        Some((_, "")) => Err(Bad::new(text)),
        Some((operator, version)) => Ok(operator.range(version)),
        None => Ok(Operator::Equal.range(text)),
    }
}

/// Before every version that `~>` leaves out. The `.a` puts the bound before
/// the pre-releases of the next release, which RubyGems leaves out as well.
fn bump(version: &str) -> Option<String> {
    let segments = version.split(['.', '-']);
    let mut numbers: Vec<&str> = segments
        .take_while(|segment| digits::is_number(segment))
        .collect();
    if numbers.len() > 1 {
        numbers.pop();
    }
    let last = numbers.pop()?;
    let mut upper: Vec<String> = numbers.into_iter().map(str::to_owned).collect();
    upper.push(digits::successor(last));
    Some(format!("{}.a", upper.join(".")))
}
