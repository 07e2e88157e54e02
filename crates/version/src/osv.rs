//! Ranges from the events of an OSV record.
//!
//! Source: OSV schema 1.7, "affected[].ranges[].events" and its evaluation algorithm.

use std::cmp::Ordering;

use crate::{Bound, Interval, Range, Scheme};

/// An event on the line of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// From this version on, affected. `0` is before every version.
    Introduced(String),
    /// From this version on, not affected any more.
    Fixed(String),
    /// The last version that is affected.
    LastAffected(String),
    /// Nothing is said about this version and later ones.
    Limit(String),
}

impl Event {
    fn version(&self) -> &str {
        match self {
            Self::Introduced(v) | Self::Fixed(v) | Self::LastAffected(v) | Self::Limit(v) => v,
        }
    }

    /// Order along the line: by version, and at one version ends before beginnings
    /// except that a last affected version ends after its own introduction.
    fn order(&self, other: &Self, scheme: Scheme) -> Ordering {
        let zero = |e: &Self| matches!(e, Self::Introduced(v) if v == "0");
        let rank = |e: &Self| match e {
            Self::Fixed(_) | Self::Limit(_) => 0,
            Self::Introduced(_) => 1,
            Self::LastAffected(_) => 2,
        };
        match (zero(self), zero(other)) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => scheme
                .order(self.version(), other.version())
                .then(rank(self).cmp(&rank(other))),
        }
    }
}

impl Range {
    /// The versions that `events` call affected.
    ///
    /// Events that have no order under the scheme make the range opaque: it then gives
    /// no answer but "undecided".
    pub fn from_osv_events(scheme: Scheme, events: &[Event]) -> Self {
        let odd = events.iter().find(|e| {
            !matches!(e, Event::Introduced(v) if v == "0")
                && !matches!(e, Event::Limit(v) if v == "*")
                && scheme.check(e.version()).is_err()
        });
        if let Some(odd) = odd {
            return Self::opaque(format!("{odd:?}"));
        }
        let mut sorted: Vec<&Event> = events
            .iter()
            .filter(|e| !matches!(e, Event::Limit(v) if v == "*"))
            .collect();
        sorted.sort_by(|a, b| a.order(b, scheme));
        let mut range = Self::default();
        let mut open: Option<Bound> = None;
        for event in sorted {
            match event {
                Event::Introduced(v) => {
                    open.get_or_insert_with(|| {
                        if v == "0" {
                            Bound::Unbounded
                        } else {
                            Bound::Inclusive(v.clone())
                        }
                    });
                }
                Event::Fixed(v) | Event::Limit(v) => {
                    if let Some(lower) = open.take() {
                        range.intervals.push(Interval {
                            lower,
                            upper: Bound::Exclusive(v.clone()),
                        });
                    }
                }
                Event::LastAffected(v) => {
                    if let Some(lower) = open.take() {
                        range.intervals.push(Interval {
                            lower,
                            upper: Bound::Inclusive(v.clone()),
                        });
                    }
                }
            }
        }
        if let Some(lower) = open {
            range.intervals.push(Interval {
                lower,
                upper: Bound::Unbounded,
            });
        }
        range
    }
}
