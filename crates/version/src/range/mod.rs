//! Sets of versions: intervals, exact versions, and what was not understood.
//!
//! A range knows no scheme; the scheme comes with each question, so the same
//! type can be stored and shown without one. Text that could not be understood
//! stays in [`Range::opaque`]: it may turn a "no" into "undecided", never into
//! a "yes", and never disappears.

mod algebra;
mod containment;
mod display;

pub use containment::{Containment, Matched};

/// One end of an interval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Bound {
    /// No end on this side.
    #[default]
    Unbounded,
    /// The end, which belongs to the interval.
    Inclusive(String),
    /// The end, which does not belong to the interval.
    Exclusive(String),
}

impl Bound {
    /// The version at this end, if there is one.
    pub fn version(&self) -> Option<&str> {
        match self {
            Self::Unbounded => None,
            Self::Inclusive(version) | Self::Exclusive(version) => Some(version),
        }
    }

    /// The same place seen from outside: what ends here starts there.
    fn flipped(&self) -> Self {
        match self {
            Self::Unbounded => Self::Unbounded,
            Self::Inclusive(version) => Self::Exclusive(version.clone()),
            Self::Exclusive(version) => Self::Inclusive(version.clone()),
        }
    }
}

/// All versions between two bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Where it starts.
    pub lower: Bound,
    /// Where it ends.
    pub upper: Bound,
}

impl Interval {
    /// The interval between two bounds; nothing is checked, as the order is not known.
    pub fn new(lower: Bound, upper: Bound) -> Self {
        Self { lower, upper }
    }

    /// `>= lower, < upper`.
    pub fn half_open(lower: impl Into<String>, upper: impl Into<String>) -> Self {
        Self::new(
            Bound::Inclusive(lower.into()),
            Bound::Exclusive(upper.into()),
        )
    }

    /// `< version`.
    pub fn below(version: impl Into<String>) -> Self {
        Self::new(Bound::Unbounded, Bound::Exclusive(version.into()))
    }

    /// `<= version`.
    pub fn up_to(version: impl Into<String>) -> Self {
        Self::new(Bound::Unbounded, Bound::Inclusive(version.into()))
    }

    /// `>= version`.
    pub fn from(version: impl Into<String>) -> Self {
        Self::new(Bound::Inclusive(version.into()), Bound::Unbounded)
    }

    /// `> version`.
    pub fn above(version: impl Into<String>) -> Self {
        Self::new(Bound::Exclusive(version.into()), Bound::Unbounded)
    }
}

/// A set of versions: the union of intervals and exact versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Range {
    /// Intervals; any of them may contain a version.
    pub intervals: Vec<Interval>,
    /// Versions listed one by one.
    pub exact: Vec<String>,
    /// What the source said that could not be understood. It can only make an
    /// answer undecided.
    pub opaque: Option<String>,
}

impl Range {
    /// The range that contains every version, even one that cannot be compared.
    pub fn everything() -> Self {
        Self::from(Interval::default())
    }

    /// The range that contains no version.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The range of the listed versions.
    pub fn exactly<V: Into<String>>(versions: impl IntoIterator<Item = V>) -> Self {
        Self {
            exact: versions.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// A range of which only the words are known: always undecided.
    pub fn not_understood(text: impl Into<String>) -> Self {
        Self {
            opaque: Some(text.into()),
            ..Self::default()
        }
    }

    /// Whether nothing is named at all. An interval with its bounds the wrong
    /// way round is not seen as empty, because that takes a scheme.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty() && self.exact.is_empty() && self.opaque.is_none()
    }

    /// Adds what was not understood, keeping what was there.
    pub(crate) fn add_opaque(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        match &mut self.opaque {
            Some(known) => {
                known.push_str("; ");
                known.push_str(text);
            }
            None => self.opaque = Some(text.to_owned()),
        }
    }
}

impl From<Interval> for Range {
    fn from(interval: Interval) -> Self {
        Self {
            intervals: vec![interval],
            ..Self::default()
        }
    }
}

impl FromIterator<Interval> for Range {
    fn from_iter<I: IntoIterator<Item = Interval>>(intervals: I) -> Self {
        Self {
            intervals: intervals.into_iter().collect(),
            ..Self::default()
        }
    }
}
