//! How two reports differ, and why.

use serde::{Deserialize, Serialize};

use crate::{DatabaseInfo, Finding, Gap, Target};

/// The value of [`Difference::schema`].
pub const DIFFERENCE_SCHEMA: &str = "lazaret.diff/1";

/// How a later report differs from an earlier one. Suppressed findings count as absent on
/// either side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Always [`DIFFERENCE_SCHEMA`].
    pub schema: String,
    /// What the earlier report is about.
    pub before: Side,
    /// What the later report is about.
    pub after: Side,
    /// Findings of the later report alone, in its order.
    pub new: Vec<Changed>,
    /// Findings of the earlier report alone, in its order.
    pub gone: Vec<Changed>,
    /// How many findings both have, packages with another version and the same
    /// vulnerability among them.
    pub unchanged: usize,
    /// What only the later report could not examine: a finding that is gone may hide there.
    pub new_gaps: Vec<Gap>,
    /// What only the earlier report could not examine.
    pub gone_gaps: Vec<Gap>,
}

/// One of two reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// What was examined.
    pub target: Target,
    /// The database it was examined with.
    pub database: Option<DatabaseInfo>,
}

/// A finding that one of two reports has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Why the other has it not.
    pub cause: Cause,
    /// The same for people.
    pub why: String,
    /// The finding.
    pub finding: Finding,
}

/// Why one of two reports has a finding that the other has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The package is in one target alone, or in another version.
    Image,
    /// The package is in both targets, and the advisory data is not the same.
    Data,
    /// Package and data are the same: a rule, an exploitability statement or a setting
    /// decided otherwise, or another version of the program did.
    Rules,
}

impl Cause {
    /// The word for people and for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Data => "data",
            Self::Rules => "rules",
        }
    }
}
