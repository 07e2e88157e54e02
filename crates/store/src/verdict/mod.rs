//! What was decided about an image in an environment, and how that changed.

mod list;
mod narrow;
mod rows;
mod set;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::words;

pub use narrow::VerdictFilter;
pub use set::{Decided, VERDICT_LIMIT, Written};

words! {
    /// What a policy says of an image; the mildest first.
    VerdictState("a verdict: allow, warn, hold, quarantine, block") {
        /// Nothing against it.
        Allow = "allow",
        /// To be looked at.
        Warn = "warn",
        /// Not before somebody has looked.
        Hold = "hold",
        /// Taken out of circulation.
        Quarantine = "quarantine",
        /// Not at all.
        Block = "block",
    }
}

/// Findings by severity, and what could not be examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Critical findings.
    pub critical: u64,
    /// High.
    pub high: u64,
    /// Medium.
    pub medium: u64,
    /// Low and negligible.
    pub low: u64,
    /// Nobody rated them.
    pub unrated: u64,
    /// Gaps.
    pub gaps: u64,
}

/// What was decided about an image in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The image.
    pub digest: String,
    /// The environment.
    pub environment: String,
    /// The decision.
    pub state: VerdictState,
    /// What it rests on, in numbers.
    pub counts: Counts,
    /// Why, as JSON.
    pub reasons: String,
    /// The report's blob.
    pub report: Option<String>,
    /// Which policy decided.
    pub policy_generation: i64,
    /// Which advisory snapshot it knew.
    pub snapshot: String,
    /// When that was built.
    pub snapshot_at: Timestamp,
    /// When.
    pub decided_at: Timestamp,
}

/// A verdict that became another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictChange {
    /// UUID.
    pub id: String,
    /// The image.
    pub digest: String,
    /// The environment.
    pub environment: String,
    /// `None`: the first verdict.
    pub before: Option<VerdictState>,
    /// The new one.
    pub after: VerdictState,
    /// What made it change, as JSON.
    pub cause: String,
    /// When.
    pub at: Timestamp,
}

const COLUMNS: &str = "digest, environment, state, critical, high, medium, low, unrated, gaps, \
                       reasons, report, policy_generation, snapshot, snapshot_at, decided_at";
