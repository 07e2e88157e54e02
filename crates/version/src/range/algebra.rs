//! Union, intersection and complement of ranges under a scheme.
//!
//! "Vulnerable" is often given by what is not: `not (patched or unaffected)`.
//! The operations work on intervals with exact versions folded in, sorted and
//! merged. Bounds that cannot be compared make the result opaque: it then
//! answers "undecided" and nothing else.

use std::cmp::Ordering;

use super::{Bound, Interval, Range};
use crate::{Scheme, Unparsable, sorted_by};

impl Range {
    /// Versions in either range. Needs no order, so nothing can go wrong.
    pub fn union(mut self, other: Self) -> Self {
        self.intervals.extend(other.intervals);
        self.exact.extend(other.exact);
        if let Some(text) = other.opaque {
            self.add_opaque(text);
        }
        self
    }

    /// Versions in both ranges.
    pub fn intersect(&self, other: &Self, scheme: Scheme) -> Self {
        self.operate(other, scheme, |a, b| intersect(scheme, a, b))
    }

    /// Versions not in the range.
    pub fn complement(&self, scheme: Scheme) -> Self {
        self.operate(&Self::nothing(), scheme, |a, _| Ok(complement(a)))
    }

    /// The same set as sorted intervals that neither overlap nor touch, without
    /// empty ones and with exact versions folded in.
    ///
    /// # Errors
    ///
    /// [`Unparsable`] with the first bound that is no version.
    pub fn normalized(&self, scheme: Scheme) -> Result<Vec<Interval>, Unparsable> {
        let exact = self.exact.iter().map(|version| {
            Interval::new(
                Bound::Inclusive(version.clone()),
                Bound::Inclusive(version.clone()),
            )
        });
        let all: Vec<Interval> = self.intervals.iter().cloned().chain(exact).collect();
        merge(scheme, all)
    }

    /// Applies an operation on normal forms; what either side did not
    /// understand is kept and makes everything else in the result uncertain.
    fn operate(
        &self,
        other: &Self,
        scheme: Scheme,
        operation: impl FnOnce(&[Interval], &[Interval]) -> Result<Vec<Interval>, Unparsable>,
    ) -> Self {
        let opaque = self.opaque.iter().chain(&other.opaque).next();
        if opaque.is_some() {
            return Self::not_understood(format!("{self}"));
        }
        let result = self
            .normalized(scheme)
            .and_then(|a| operation(&a, &other.normalized(scheme)?));
        match result {
            Ok(intervals) => intervals.into_iter().collect(),
            Err(error) => Self::not_understood(error.to_string()),
        }
    }
}

fn merge(scheme: Scheme, intervals: Vec<Interval>) -> Result<Vec<Interval>, Unparsable> {
    let mut sorted: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals {
        if !is_empty(scheme, &interval)? {
            sorted.push(interval);
        }
    }
    let mut failure = None;
    let sorted = sorted_by(sorted, &mut |a, b| {
        compare_lower(scheme, &a.lower, &b.lower).unwrap_or_else(|error| {
            failure = Some(error);
            Ordering::Equal
        })
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let mut merged: Vec<Interval> = Vec::with_capacity(sorted.len());
    for interval in sorted {
        match merged.last_mut() {
            Some(last) if reaches(scheme, &last.upper, &interval.lower)? => {
                if compare_upper(scheme, &last.upper, &interval.upper)?.is_lt() {
                    last.upper = interval.upper;
                }
            }
            _ => merged.push(interval),
        }
    }
    Ok(merged)
}

fn intersect(scheme: Scheme, a: &[Interval], b: &[Interval]) -> Result<Vec<Interval>, Unparsable> {
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let lower = if compare_lower(scheme, &x.lower, &y.lower)?.is_lt() {
            &y.lower
        } else {
            &x.lower
        };
        let x_ends_first = compare_upper(scheme, &x.upper, &y.upper)?.is_lt();
        let upper = if x_ends_first { &x.upper } else { &y.upper };
        let interval = Interval::new(lower.clone(), upper.clone());
        if !is_empty(scheme, &interval)? {
            common.push(interval);
        }
        if x_ends_first {
            i += 1;
        } else {
            j += 1;
        }
    }
    Ok(common)
}

/// The gaps between sorted, separate intervals.
fn complement(intervals: &[Interval]) -> Vec<Interval> {
    let mut gaps = Vec::with_capacity(intervals.len() + 1);
    let mut lower = Some(Bound::Unbounded);
    for interval in intervals {
        if let (Some(start), true) = (lower.take(), interval.lower != Bound::Unbounded) {
            gaps.push(Interval::new(start, interval.lower.flipped()));
        }
        if interval.upper == Bound::Unbounded {
            return gaps;
        }
        lower = Some(interval.upper.flipped());
    }
    gaps.extend(lower.map(|start| Interval::new(start, Bound::Unbounded)));
    gaps
}

fn is_empty(scheme: Scheme, interval: &Interval) -> Result<bool, Unparsable> {
    let both_inclusive = matches!(
        (&interval.lower, &interval.upper),
        (Bound::Inclusive(_), Bound::Inclusive(_))
    );
    let (lower, upper) = (interval.lower.version(), interval.upper.version());
    for version in lower.iter().chain(&upper) {
        scheme.check(version)?;
    }
    let (Some(lower), Some(upper)) = (lower, upper) else {
        return Ok(false);
    };
    Ok(match scheme.compare_bounds(lower, upper)? {
        Ordering::Less => false,
        Ordering::Equal => !both_inclusive,
        Ordering::Greater => true,
    })
}

/// Which of two lower bounds lets versions in first.
fn compare_lower(scheme: Scheme, a: &Bound, b: &Bound) -> Result<Ordering, Unparsable> {
    let (Some(x), Some(y)) = (a.version(), b.version()) else {
        return Ok(a.version().is_some().cmp(&b.version().is_some()));
    };
    let is_exclusive = |bound: &Bound| matches!(bound, Bound::Exclusive(_));
    Ok(scheme
        .compare_bounds(x, y)?
        .then(is_exclusive(a).cmp(&is_exclusive(b))))
}

/// Which of two upper bounds shuts versions out first.
fn compare_upper(scheme: Scheme, a: &Bound, b: &Bound) -> Result<Ordering, Unparsable> {
    let (Some(x), Some(y)) = (a.version(), b.version()) else {
        return Ok(b.version().is_some().cmp(&a.version().is_some()));
    };
    let is_inclusive = |bound: &Bound| matches!(bound, Bound::Inclusive(_));
    Ok(scheme
        .compare_bounds(x, y)?
        .then(is_inclusive(a).cmp(&is_inclusive(b))))
}

/// Whether an interval ending here overlaps or touches one starting there.
fn reaches(scheme: Scheme, upper: &Bound, lower: &Bound) -> Result<bool, Unparsable> {
    let (Some(end), Some(start)) = (upper.version(), lower.version()) else {
        return Ok(true);
    };
    let both_exclusive = matches!((upper, lower), (Bound::Exclusive(_), Bound::Exclusive(_)));
    Ok(match scheme.compare_bounds(end, start)? {
        Ordering::Less => false,
        Ordering::Equal => !both_exclusive,
        Ordering::Greater => true,
    })
}
