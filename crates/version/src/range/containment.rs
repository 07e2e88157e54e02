//! Whether a range contains a version, and by what.

use std::cmp::Ordering;
use std::fmt;

use super::{Bound, Interval, Range};
use crate::{Scheme, Unparsable};

/// The answer of [`Range::contains`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Containment {
    /// The version is in the range, by this part of it.
    Inside(Matched),
    /// The version is in no part of the range.
    Outside,
    /// A part of the range could not be compared with the version; the text
    /// says which and why. It must never be taken for [`Containment::Outside`].
    Undecided(String),
}

/// The part of a range that contained a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// An interval.
    Interval(Interval),
    /// A version from the list of exact ones, as the list has it.
    Exact(String),
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interval(interval) => interval.fmt(f),
            Self::Exact(version) => write!(f, "= {version}"),
        }
    }
}

impl Interval {
    /// Whether the interval contains a version.
    ///
    /// An interval without bounds contains anything. One end that excludes the
    /// version decides, even if the other end cannot be read.
    ///
    /// # Errors
    ///
    /// [`Unparsable`] if the version or a bound that matters is no version.
    pub fn contains(&self, scheme: Scheme, version: &str) -> Result<bool, Unparsable> {
        let above = within(&self.lower, scheme, version, Ordering::Greater);
        let below = within(&self.upper, scheme, version, Ordering::Less);
        match (above, below) {
            (Ok(false), _) | (_, Ok(false)) => Ok(false),
            (above, below) => Ok(above? && below?),
        }
    }
}

/// Whether the version lies on the inner side of one bound.
fn within(
    bound: &Bound,
    scheme: Scheme,
    version: &str,
    inner: Ordering,
) -> Result<bool, Unparsable> {
    match bound {
        Bound::Unbounded => Ok(true),
        Bound::Inclusive(end) => {
            let order = scheme.compare_bound(version, end)?;
            Ok(order == inner || order.is_eq())
        }
        Bound::Exclusive(end) => Ok(scheme.compare_bound(version, end)? == inner),
    }
}

impl Range {
    /// Whether the range contains a version.
    ///
    /// Exact versions are looked for as text first, then intervals and exact
    /// versions in the order of the scheme. Anything found is an answer; if
    /// nothing is found, whatever could not be compared makes it undecided.
    pub fn contains(&self, scheme: Scheme, version: &str) -> Containment {
        if let Some(exact) = self.exact.iter().find(|exact| *exact == version) {
            return Containment::Inside(Matched::Exact(exact.clone()));
        }
        let mut doubt = None;
        for interval in &self.intervals {
            match interval.contains(scheme, version) {
                Ok(true) => return Containment::Inside(Matched::Interval(interval.clone())),
                Ok(false) => {}
                Err(error) => doubt = doubt.or(Some(error)),
            }
        }
        for exact in &self.exact {
            match scheme.compare_bound(version, exact) {
                Ok(Ordering::Equal) => return Containment::Inside(Matched::Exact(exact.clone())),
                Ok(_) => {}
                Err(error) => doubt = doubt.or(Some(error)),
            }
        }
        match (doubt, &self.opaque) {
            (Some(error), _) => Containment::Undecided(error.to_string()),
            (None, Some(text)) => Containment::Undecided(format!("`{text}` is not understood")),
            (None, None) => Containment::Outside,
        }
    }

    /// The versions that end an interval and are newer than the installed one:
    /// what to upgrade to, lowest first and each once. Bounds that cannot be
    /// compared are left out.
    pub fn fixed_above(&self, scheme: Scheme, installed: &str) -> Vec<&str> {
        let ends = self
            .intervals
            .iter()
            .filter_map(|interval| match &interval.upper {
                Bound::Exclusive(version) => Some(version.as_str()),
                _ => None,
            });
        let newer = |end: &&str| matches!(scheme.compare_bound(installed, end), Ok(Ordering::Less));
        let fixed: Vec<&str> = ends.filter(newer).collect();
        // Every bound left has been compared once, so none of them is unreadable.
        let mut fixed = crate::sorted_by(fixed, &mut |a, b| {
            scheme.compare_bounds(a, b).unwrap_or(Ordering::Equal)
        });
        fixed.dedup();
        fixed
    }
}
