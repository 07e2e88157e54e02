//! Ranges from the events of an OSV record.
//!
//! Events of one `ranges` entry are sorted by the scheme and walked once:
//! `introduced` opens an interval, `fixed` closes it before the version,
//! `last_affected` after it. `introduced: "0"` stands before every version. A
//! `limit` cuts off everything from that version on; without one, or with `*`,
//! nothing is cut off.
//!
//! Source: the OSV schema, §affected[].ranges[].events and its evaluation
//! algorithm.

use std::cmp::Ordering;

use crate::{Bound, Interval, Range, Scheme};

/// One event of an OSV range.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The first affected version; `0` for the beginning.
    Introduced(String),
    /// The first version that is not affected any more.
    Fixed(String),
    /// The last affected version.
    LastAffected(String),
    /// The first version that the range says nothing about.
    Limit(String),
}

impl Event {
    fn version(&self) -> &str {
        match self {
            Self::Introduced(v) | Self::Fixed(v) | Self::LastAffected(v) | Self::Limit(v) => v,
        }
    }

    fn is_beginning(&self) -> bool {
        matches!(self, Self::Introduced(version) if version == "0")
    }

    /// Rank among events at the same version: an interval that ends before it
    /// must end before the next one starts, and one that ends after it must
    /// start first.
    fn rank(&self) -> u8 {
        match self {
            Self::Fixed(_) => 0,
            Self::Introduced(_) => 1,
            Self::LastAffected(_) => 2,
            Self::Limit(_) => 3,
        }
    }
}

impl Range {
    /// The range that the events of one OSV range describe.
    ///
    /// Events whose version cannot be read are kept as [`Range::opaque`] and
    /// leave only what the others say for sure: then no interval is open-ended,
    /// since the missing event might have ended it.
    pub fn from_osv_events(scheme: Scheme, events: &[Event]) -> Self {
        let mut range = Self::default();
        let mut limits = Vec::new();
        let mut ordered = Vec::with_capacity(events.len());
        for event in events {
            let version = event.version();
            match event {
                Event::Limit(limit) if limit == "*" => {}
                _ if !event.is_beginning() && scheme.check(version).is_err() => {
                    range.add_opaque(describe(event))
                }
                Event::Limit(limit) => limits.push(limit),
                _ => ordered.push(event),
            }
        }
        let ordered = crate::sorted_by(ordered, &mut |a, b| compare(scheme, a, b));
        range.intervals = intervals(scheme, &ordered, range.opaque.is_some());
        if limits.is_empty() {
            return range;
        }
        let limited: Self = limits.into_iter().map(Interval::below).collect();
        let opaque = range.opaque.take();
        let mut range = range.intersect(&limited, scheme);
        if let Some(text) = opaque {
            range.add_opaque(text);
        }
        range
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Introduced(version) => format!("introduced {version}"),
        Event::Fixed(version) => format!("fixed {version}"),
        Event::LastAffected(version) => format!("last affected {version}"),
        Event::Limit(version) => format!("limit {version}"),
    }
}

fn compare(scheme: Scheme, a: &Event, b: &Event) -> Ordering {
    let order = match (a.is_beginning(), b.is_beginning()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        // Events that cannot be compared were set aside before.
        (false, false) => scheme
            .compare_bounds(a.version(), b.version())
            .unwrap_or(Ordering::Equal),
    };
    order.then_with(|| a.rank().cmp(&b.rank()))
}

/// Walks sorted events. A second `introduced` changes nothing; the first end
/// closes the interval.
fn intervals(scheme: Scheme, events: &[&Event], is_incomplete: bool) -> Vec<Interval> {
    let mut intervals: Vec<Interval> = Vec::new();
    let mut open: Option<Bound> = None;
    // A `fixed` that ended nothing: introduced and fixed in the same version.
    let mut idle: Option<&Event> = None;
    for event in events {
        match event {
            Event::Introduced(_) if idle.is_some_and(|fixed| is_same(scheme, fixed, event)) => {}
            Event::Introduced(version) => {
                let bound = if event.is_beginning() {
                    Bound::Unbounded
                } else {
                    Bound::Inclusive(version.clone())
                };
                open.get_or_insert(bound);
            }
            Event::Fixed(version) => match open.take() {
                Some(lower) => {
                    intervals.push(Interval::new(lower, Bound::Exclusive(version.clone())))
                }
                None => idle = Some(event),
            },
            Event::LastAffected(version) => {
                if let Some(lower) = open.take() {
                    intervals.push(Interval::new(lower, Bound::Inclusive(version.clone())));
                }
            }
            Event::Limit(_) => {}
        }
    }
    if let (Some(lower), false) = (open, is_incomplete) {
        intervals.push(Interval::new(lower, Bound::Unbounded));
    }
    intervals
}

fn is_same(scheme: Scheme, a: &Event, b: &Event) -> bool {
    matches!(
        scheme.compare_bounds(a.version(), b.version()),
        Ok(Ordering::Equal)
    )
}
