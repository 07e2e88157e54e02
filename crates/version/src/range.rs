//! Sets of versions as unions of intervals, and the algebra on them.

use std::cmp::Ordering;
use std::fmt;

use crate::Scheme;

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Bound {
    /// No end.
    #[default]
    Unbounded,
    /// The version itself belongs to the interval.
    Inclusive(String),
    /// The version itself does not belong to the interval.
    Exclusive(String),
}

impl Bound {
    /// The version at the end, if there is one.
    pub fn version(&self) -> Option<&str> {
        match self {
            Self::Unbounded => None,
            Self::Inclusive(v) | Self::Exclusive(v) => Some(v),
        }
    }

    /// The same place seen from the other side.
    fn opposite(&self) -> Self {
        match self {
            Self::Unbounded => Self::Unbounded,
            Self::Inclusive(v) => Self::Exclusive(v.clone()),
            Self::Exclusive(v) => Self::Inclusive(v.clone()),
        }
    }
}

/// The versions between two bounds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interval {
    /// The lower end.
    pub lower: Bound,
    /// The upper end.
    pub upper: Bound,
}

/// A set of versions: intervals, single versions, and what could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// A union.
    pub intervals: Vec<Interval>,
    /// Single versions that belong to the set.
    pub exact: Vec<String>,
    /// Text that could not be understood. It can only ever make an answer undecided.
    pub opaque: Option<String>,
}

/// What made a version belong to a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matched {
    /// It lies in this interval.
    Interval(Interval),
    /// It is this one of the listed versions.
    Exact(String),
}

/// Whether a version belongs to a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Containment {
    /// It does.
    Inside(Matched),
    /// It does not.
    Outside,
    /// It cannot be known; the reason for people.
    Undecided(String),
}

impl Interval {
    /// Whether `version` lies between the bounds; an error when it cannot be compared.
    fn contains(&self, scheme: Scheme, version: &str) -> Result<bool, String> {
        let against = |bound: &str| {
            scheme
                .compare_bound(version, bound)
                .map_err(|e| e.to_string())
        };
        let above = match &self.lower {
            Bound::Unbounded => true,
            Bound::Inclusive(low) => against(low)?.is_ge(),
            Bound::Exclusive(low) => against(low)?.is_gt(),
        };
        Ok(above
            && match &self.upper {
                Bound::Unbounded => true,
                Bound::Inclusive(high) => against(high)?.is_le(),
                Bound::Exclusive(high) => against(high)?.is_lt(),
            })
    }

    /// Whether no version can lie between the bounds. Bounds without order count as not
    /// empty, since they must not make anything disappear.
    fn is_empty(&self, scheme: Scheme) -> bool {
        let (Some(low), Some(high)) = (self.lower.version(), self.upper.version()) else {
            return false;
        };
        let closed = matches!(
            (&self.lower, &self.upper),
            (Bound::Inclusive(_), Bound::Inclusive(_))
        );
        match scheme.compare(low, high) {
            Ok(Ordering::Greater) => true,
            Ok(Ordering::Equal) => !closed,
            Ok(Ordering::Less) | Err(_) => false,
        }
    }
}

impl Range {
    /// Every version.
    pub fn everything() -> Self {
        Self {
            intervals: vec![Interval::default()],
            ..Self::default()
        }
    }

    /// No version.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Versions below `version`.
    pub fn below(version: impl Into<String>) -> Self {
        Self::of(Bound::Unbounded, Bound::Exclusive(version.into()))
    }

    /// Versions between two bounds.
    pub fn of(lower: Bound, upper: Bound) -> Self {
        Self {
            intervals: vec![Interval { lower, upper }],
            ..Self::default()
        }
    }

    /// A set that could not be understood.
    pub fn opaque(text: impl Into<String>) -> Self {
        Self {
            opaque: Some(text.into()),
            ..Self::default()
        }
    }

    /// Whether no version belongs to the set, for sure.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty() && self.exact.is_empty() && self.opaque.is_none()
    }

    /// Whether `version` belongs to the set.
    ///
    /// A comparison that cannot be made counts only when no other part of the set
    /// contains the version for sure.
    pub fn contains(&self, scheme: Scheme, version: &str) -> Containment {
        if let Some(same) = self.exact.iter().find(|e| *e == version) {
            return Containment::Inside(Matched::Exact(same.clone()));
        }
        let mut doubt = None;
        for interval in &self.intervals {
            match interval.contains(scheme, version) {
                Ok(true) => return Containment::Inside(Matched::Interval(interval.clone())),
                Ok(false) => {}
                Err(reason) => doubt = doubt.or(Some(reason)),
            }
        }
        let comparable = scheme.check(version).is_ok();
        for exact in self.exact.iter().filter(|_| comparable) {
            // An odd entry of a list of published versions is equal to itself alone.
            if scheme.compare(version, exact) == Ok(Ordering::Equal) {
                return Containment::Inside(Matched::Exact(exact.clone()));
            }
        }
        if let Some(text) = &self.opaque {
            doubt = doubt.or_else(|| Some(format!("the range `{text}` could not be understood")));
        }
        doubt.map_or(Containment::Outside, Containment::Undecided)
    }

    /// Every version that does not belong to the set.
    ///
    /// Opaque text stays opaque: what could not be understood is not understood any
    /// better from the other side.
    pub fn complement(&self, scheme: Scheme) -> Self {
        let mut all = self.intervals.clone();
        all.extend(self.exact.iter().map(|v| Interval {
            lower: Bound::Inclusive(v.clone()),
            upper: Bound::Inclusive(v.clone()),
        }));
        let start = Self {
            opaque: self.opaque.clone(),
            ..Self::everything()
        };
        all.iter().fold(start, |rest, interval| {
            let mut outside = Self::default();
            if interval.lower != Bound::Unbounded {
                outside.intervals.push(Interval {
                    lower: Bound::Unbounded,
                    upper: interval.lower.opposite(),
                });
            }
            if interval.upper != Bound::Unbounded {
                outside.intervals.push(Interval {
                    lower: interval.upper.opposite(),
                    upper: Bound::Unbounded,
                });
            }
            rest.intersect(&outside, scheme)
        })
    }

    /// Versions that belong to either set.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.intervals.extend(other.intervals);
        self.exact.extend(other.exact);
        self.opaque = self.opaque.or(other.opaque);
        self
    }

    /// Versions that belong to both sets.
    pub fn intersect(&self, other: &Self, scheme: Scheme) -> Self {
        let mut out = Self {
            opaque: self.opaque.clone().or_else(|| other.opaque.clone()),
            ..Self::default()
        };
        for a in &self.intervals {
            for b in &other.intervals {
                let both = Interval {
                    lower: tighter(&a.lower, &b.lower, scheme, Ordering::Greater),
                    upper: tighter(&a.upper, &b.upper, scheme, Ordering::Less),
                };
                if !both.is_empty(scheme) {
                    out.intervals.push(both);
                }
            }
        }
        let in_both =
            |v: &&String, set: &Self| matches!(set.contains(scheme, v), Containment::Inside(_));
        out.exact
            .extend(self.exact.iter().filter(|v| in_both(v, other)).cloned());
        let known = out.exact.clone();
        out.exact.extend(
            other
                .exact
                .iter()
                .filter(|v| in_both(v, self) && !known.contains(v))
                .cloned(),
        );
        out
    }

    /// The versions at which the set ends above `installed`, lowest first.
    pub fn fixed_above(&self, scheme: Scheme, installed: &str) -> Vec<String> {
        let mut out: Vec<String> = self
            .intervals
            .iter()
            .filter_map(|i| match &i.upper {
                Bound::Exclusive(v) => Some(v),
                _ => None,
            })
            .filter(|v| scheme.compare(installed, v).is_ok_and(Ordering::is_lt))
            .cloned()
            .collect();
        out.sort_by(|a, b| scheme.compare(a, b).unwrap_or_else(|_| a.cmp(b)));
        out.dedup();
        out
    }
}

/// The bound that leaves fewer versions; `further` is the side that is tighter.
fn tighter(a: &Bound, b: &Bound, scheme: Scheme, further: Ordering) -> Bound {
    let (Some(x), Some(y)) = (a.version(), b.version()) else {
        return if *a == Bound::Unbounded {
            b.clone()
        } else {
            a.clone()
        };
    };
    match scheme.compare(x, y) {
        Ok(Ordering::Equal) | Err(_) => match (a, b) {
            (Bound::Exclusive(_), _) => a.clone(),
            _ => b.clone(),
        },
        Ok(order) if order == further => a.clone(),
        Ok(_) => b.clone(),
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Bound::Inclusive(low), Bound::Inclusive(high)) = (&self.lower, &self.upper)
            && low == high
        {
            return write!(f, "= {low}");
        }
        let lower = match &self.lower {
            Bound::Unbounded => None,
            Bound::Inclusive(v) => Some(format!(">= {v}")),
            Bound::Exclusive(v) => Some(format!("> {v}")),
        };
        let upper = match &self.upper {
            Bound::Unbounded => None,
            Bound::Inclusive(v) => Some(format!("<= {v}")),
            Bound::Exclusive(v) => Some(format!("< {v}")),
        };
        match (lower, upper) {
            (None, None) => f.write_str("every version"),
            (Some(one), None) | (None, Some(one)) => f.write_str(&one),
            (Some(lower), Some(upper)) => write!(f, "{lower}, {upper}"),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.intervals.iter().map(Interval::to_string).collect();
        parts.extend(self.exact.iter().map(|v| format!("= {v}")));
        parts.extend(self.opaque.iter().map(|t| format!("`{t}`")));
        if parts.is_empty() {
            return f.write_str("no version");
        }
        f.write_str(&parts.join(" || "))
    }
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interval(interval) => interval.fmt(f),
            Self::Exact(version) => write!(f, "= {version}"),
        }
    }
}
