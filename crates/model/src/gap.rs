//! What could not be examined. A report without findings but with gaps is not clean.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that was not examined, or not to the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// The kind, which policies select by.
    pub kind: GapKind,
    /// What it is about: a path, a package, a distribution, an advisory space.
    pub subject: String,
    /// What happened, in a sentence fragment for people.
    pub detail: String,
}

impl Gap {
    /// A gap of `kind` about `subject`.
    pub fn new(kind: GapKind, subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            subject: subject.into(),
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.kind, self.subject, self.detail)
    }
}

/// Kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// A file that should have told packages could not be read or understood.
    Unreadable,
    /// A limit was reached; what lies beyond it was not looked at.
    Limit,
    /// A layer whose content is not distributed with the image.
    ForeignLayer,
    /// There are packages of a distribution that could not be identified.
    UnknownDistro,
    /// The database has nothing about this distribution release or ecosystem.
    NoAdvisories,
    /// A version that cannot be compared.
    UnparsableVersion,
    /// A package that states no version.
    MissingVersion,
    /// The release is past the end of its support, so new advisories are not written.
    EndOfLife,
    /// The advisory database is the small one built into the program.
    StarterDatabase,
    /// The advisory database is older than is wise.
    StaleDatabase,
    /// Something known to hold packages, for which there is no reader.
    Unsupported,
    /// The image is not built on the base that was named, or that it names itself.
    BaseMismatch,
    /// A part of the target was left out because the caller said so.
    Skipped,
}

impl GapKind {
    /// Every kind.
    pub const ALL: [GapKind; 13] = [
        Self::Unreadable,
        Self::Limit,
        Self::ForeignLayer,
        Self::UnknownDistro,
        Self::NoAdvisories,
        Self::UnparsableVersion,
        Self::MissingVersion,
        Self::EndOfLife,
        Self::StarterDatabase,
        Self::StaleDatabase,
        Self::Unsupported,
        Self::BaseMismatch,
        Self::Skipped,
    ];

    /// The name used in reports and policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Limit => "limit",
            Self::ForeignLayer => "foreign_layer",
            Self::UnknownDistro => "unknown_distro",
            Self::NoAdvisories => "no_advisories",
            Self::UnparsableVersion => "unparsable_version",
            Self::MissingVersion => "missing_version",
            Self::EndOfLife => "end_of_life",
            Self::StarterDatabase => "starter_database",
            Self::StaleDatabase => "stale_database",
            Self::Unsupported => "unsupported",
            Self::BaseMismatch => "base_mismatch",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for GapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_serialised_name_is_the_printed_one() {
        for kind in GapKind::ALL {
            let json = serde_json::to_string(&kind).expect("a unit variant serialises");
            assert_eq!(json, format!("\"{kind}\""));
        }
    }
}
