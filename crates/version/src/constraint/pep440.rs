//! PEP 440 version specifiers: `>=1.0,<2`, `~=1.4.2`, `==1.*`, `!=1.5`.
//!
//! `~=` is "compatible release": at least this version and the same release
//! but for its last number. `===` compares text.
//!
//! Source: PEP 440, "Version specifiers".

use super::{Bad, Operator, all_of};
use crate::digits;
use crate::scheme::Pep440;
use crate::{Interval, Range, Scheme};

pub(super) fn parse(scheme: Scheme, text: &str) -> Result<Range, Bad> {
    let inner = text.trim();
    let inner = inner
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(inner);
    let parts = inner
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let ranges: Result<Vec<Range>, Bad> = parts.map(specifier).collect();
    Ok(all_of(scheme, ranges?))
}

fn specifier(text: &str) -> Result<Range, Bad> {
    if text == "*" {
        return Ok(Range::everything());
    }
    if let Some(version) = text.strip_prefix("===") {
        return Ok(Range::exactly([version.trim()]));
    }
    if let Some(version) = text.strip_prefix("~=") {
        return compatible(version.trim());
    }
    let (operator, version) = Operator::split(text).unwrap_or((Operator::Equal, text));
    let Some(prefix) = version.strip_suffix(".*") else {
        return if version.is_empty() {
            Err(Bad::new(text))
        } else {
            Ok(operator.range(version))
        };
    };
    let upper = next(prefix, 0).ok_or_else(|| Bad::new(text))?;
    // `.dev0` is the first of all versions that begin so.
    let (lower, upper) = (format!("{prefix}.dev0"), format!("{upper}.dev0"));
    match operator {
        Operator::Equal => Ok(Interval::half_open(lower, upper).into()),
        Operator::NotEqual => Ok([Interval::below(lower), Interval::from(upper)]
            .into_iter()
            .collect()),
        Operator::GreaterOrEqual => Ok(Interval::from(prefix).into()),
        _ => Err(Bad::new(text)),
    }
}

fn compatible(version: &str) -> Result<Range, Bad> {
    let upper = next(version, 1).ok_or_else(|| Bad::new(version))?;
    Ok(Interval::half_open(version, format!("{upper}.dev0")).into())
}

/// The release with its last `dropped` numbers gone and the last one left raised.
fn next(version: &str, dropped: usize) -> Option<String> {
    let epoch = version
        .split_once('!')
        .map(|(epoch, _)| epoch.trim_start_matches(['v', 'V']));
    let parsed = Pep440::parse(version)?;
    let mut numbers: Vec<&str> = parsed.release.split('.').collect();
    numbers.truncate(numbers.len().checked_sub(dropped)?);
    let last = digits::successor(numbers.pop()?);
    numbers.push(&last);
    let release = numbers.join(".");
    Some(epoch.map_or_else(|| release.clone(), |epoch| format!("{epoch}!{release}")))
}
