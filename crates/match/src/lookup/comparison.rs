//! A version against the range of a statement.

use std::borrow::Cow;
use std::cmp::Ordering;

use lazaret_advisory::db::Statement;
use lazaret_model::{Affected, FixStatus, KeyKind};
use lazaret_version::{Bound, Containment, Interval, Range, Scheme, sorted_by};

use super::question::Question;

/// What holding a version against a range gives.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The version lies in this part of the range.
    Inside(String),
    /// It cannot be told, for this reason.
    Undecided(String),
    /// The version lies outside.
    Outside,
}

/// The version that was held against the range, and the outcome.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) version: String,
    pub(crate) outcome: Outcome,
    /// Versions with the fix above it, lowest first.
    pub(crate) fixed: Vec<String>,
    /// The version is one with the fix, or above one.
    pub(crate) has_fix: bool,
}

/// Holds the version of a question against the range of a statement.
pub(crate) fn compare(statement: &Statement, question: &Question<'_>) -> Comparison {
    let affected = &statement.affected;
    let (version, range) = alike(affected, question);
    let outcome = if version.is_empty() {
        Outcome::Undecided("the package states no version".to_owned())
    } else {
        match range.contains(affected.scheme, version) {
            Containment::Outside => Outcome::Outside,
            Containment::Inside(part) => Outcome::Inside(part.to_string()),
            Containment::Undecided(reason) => Outcome::Undecided(reason),
        }
    };
    let order = |fix: &str| affected.scheme.compare(version, fix).ok();
    let has_fix = affected
        .fixed
        .iter()
        .any(|fix| order(fix).is_some_and(Ordering::is_ge));
    let fixed = match outcome {
        Outcome::Outside => Vec::new(),
        _ => fixes(affected, &range, version),
    };
    Comparison {
        version: version.to_owned(),
        outcome,
        fixed,
        has_fix,
    }
}

fn fixes(affected: &Affected, range: &Range, version: &str) -> Vec<String> {
    let scheme = affected.scheme;
    let above = |v: &&String| scheme.compare(version, v).is_ok_and(Ordering::is_lt);
    let mut fixed: Vec<String> = affected.fixed.iter().filter(above).cloned().collect();
    // An open flaw has no fix, wherever its range ends.
    if fixed.is_empty() && affected.status == FixStatus::Fixed {
        let ends = range.fixed_above(scheme, version);
        fixed = ends.into_iter().map(str::to_owned).collect();
    }
    let mut fixed = sorted_by(fixed, &mut |a, b| {
        scheme.compare(a, b).unwrap_or_else(|_| a.cmp(b))
    });
    fixed.dedup();
    fixed
}

/// Version and range in a form that can be compared: both with an epoch, or both without.
///
/// rpm reads a missing epoch as 0, and so does everything here, but for two cases in
/// which a missing one is not told. SUSE and openEuler name packages as their files are
/// called, `bind-9.9.4P2-0.6.1`: an installed `1:9.9.3-1` must not be later than all of a
/// range of such names. And the name of a source rpm, which the version of a source is
/// taken from, never has one: perl-Errno 0:1.28 is built from perl 4:5.26.
fn alike<'q>(affected: &'q Affected, question: &'q Question<'_>) -> (&'q str, Cow<'q, Range>) {
    let version = question.version.as_ref();
    let range = Cow::Borrowed(&affected.range);
    if affected.scheme != Scheme::Rpm {
        return (version, range);
    }
    let names_files = ["sles:", "opensuse", "sl-micro:", "openeuler:"]
        .iter()
        .any(|family| question.space.starts_with(family));
    match version.split_once(':') {
        Some((_, rest)) if names_files && !has_epoch(&affected.range) => (rest, range),
        None if question.key == KeyKind::Source && has_epoch(&affected.range) => {
            (version, Cow::Owned(without_epochs(&affected.range)))
        }
        _ => (version, range),
    }
}

fn has_epoch(range: &Range) -> bool {
    let bounds = range.intervals.iter().flat_map(|i| [&i.lower, &i.upper]);
    let versions = bounds.filter_map(Bound::version);
    versions
        .chain(range.exact.iter().map(String::as_str))
        .any(|v| v.contains(':'))
}

fn without_epochs(range: &Range) -> Range {
    let bare = |version: &String| match version.split_once(':') {
        Some((_, rest)) => rest.to_owned(),
        None => version.clone(),
    };
    let bound = |bound: &Bound| match bound {
        Bound::Unbounded => Bound::Unbounded,
        Bound::Inclusive(version) => Bound::Inclusive(bare(version)),
        Bound::Exclusive(version) => Bound::Exclusive(bare(version)),
    };
    Range {
        intervals: range
            .intervals
            .iter()
            .map(|i| Interval::new(bound(&i.lower), bound(&i.upper)))
            .collect(),
        exact: range.exact.iter().map(bare).collect(),
        opaque: range.opaque.clone(),
    }
}
