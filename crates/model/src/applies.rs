//! Whether an advisory concerns a package, and how that was decided.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The verdict of comparing one package with one statement of an advisory.
#[derive(Debug, Clone, PartialEq)]
pub enum Applies {
    /// The installed version is inside the range.
    Yes(Evidence),
    /// It is not; the reason is a sentence fragment for people (`fixed in 1.2-3`).
    No(String),
    /// The comparison is not possible. Policies see this; it is never `No`.
    Undecided(Undecided),
}

/// Why a comparison could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// The package does not state a version.
    #[error("the package states no version")]
    NoVersion,
    /// A version is not of the ecosystem's grammar.
    #[error("{0}")]
    Unparsable(String),
    /// The advisory's range could not be understood.
    #[error("the advisory's range `{0}` could not be understood")]
    OpaqueRange(String),
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Id of the feed's record.
    pub advisory: String,
    /// Name of the feed that the record is from.
    #[serde(default)]
    pub feed: String,
    /// The key that found the record: `debian:12 source openssl`.
    #[serde(default)]
    pub key: String,
    /// The vulnerable range that held, in comparators.
    pub range: String,
    /// The comparison that was made: `deb, 3.0.9-1, < 3.0.11-1~deb12u2`.
    pub compared: String,
    /// The files that the package was read from.
    pub locations: Vec<String>,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.advisory, self.feed, self.compared)
    }
}
