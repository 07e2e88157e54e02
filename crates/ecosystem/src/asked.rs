//! What the version in a manifest asks for: one version, or any of several.

use lazaret_model::Package;

/// A version, or several that would do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked<'a> {
    /// This one.
    Exact(&'a str),
    /// Any of these.
    Range {
        /// The lowest version that is named, empty where none is.
        lowest: &'a str,
        /// The whole requirement.
        text: &'a str,
    },
}

impl<'a> Asked<'a> {
    /// An interval in brackets, as Maven and NuGet write it: `[1.0]` is one version,
    /// `[1.0,2.0)` and `(,1.0]` are many. `None` for a text without brackets.
    pub(crate) fn interval(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix(['[', '(', ']'])?;
        let end = inside.find([',', ']', ')', '[']).unwrap_or(inside.len());
        let lowest = inside.get(..end).unwrap_or_default().trim();
        let closes = inside.get(end..).is_some_and(|rest| rest == "]");
        let pins = text.starts_with('[') && closes && !lowest.is_empty();
        Some(if pins {
            Self::Exact(lowest)
        } else {
            Self::Range { lowest, text }
        })
    }

    /// The package that is asked for.
    pub(crate) fn package(&self, kind: &str, name: impl Into<String>) -> Package {
        match self {
            Self::Exact(version) => Package::new(kind, name, *version),
            Self::Range { lowest, text } => Package::new(kind, name, *lowest).asked_for(*text),
        }
    }
}
