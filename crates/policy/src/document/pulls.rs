//! What a policy says of pulls that no rule judges: what nobody has examined, what runs
//! already, what a workload would be rolled back to.

use serde::{Deserialize, Serialize};

/// Longest wait for an examination, in seconds.
const LONGEST_WAIT: u32 = 300;

/// What a gate does with an image that nobody has examined, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unexamined {
    /// It may be pulled.
    Allow,
    /// The pull waits for the examination, and is refused when that takes too long.
    Wait,
    /// It is refused.
    Refuse,
}

/// Whether something may be pulled, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    /// It may.
    Allow,
    /// It may not.
    Refuse,
}

/// What a policy says of pulls; what it does not say, the gate knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pulls {
    /// What nobody has examined.
    #[serde(default)]
    pub unknown: Option<Unexamined>,
    /// How long a pull waits for the examination, in seconds, 0 to 300.
    #[serde(default)]
    pub wait_seconds: Option<u32>,
    /// What is held and new where it is pulled.
    #[serde(default)]
    pub held: Option<Pull>,
    /// What is held or quarantined and runs already.
    #[serde(default)]
    pub running: Option<Pull>,
    /// For how many seconds after the verdict what runs may start again; without it, as long
    /// as it runs.
    #[serde(default)]
    pub running_grace_seconds: Option<u64>,
    /// What is held or quarantined and a workload would be rolled back to.
    #[serde(default)]
    pub rollback: Option<Pull>,
}

impl Pulls {
    /// What is wrong with it, in words.
    pub(crate) fn fault(&self) -> Option<String> {
        let wait = self.wait_seconds.filter(|wait| *wait > LONGEST_WAIT)?;
        Some(format!(
            "`wait_seconds` is at most {LONGEST_WAIT}, not {wait}"
        ))
    }

    /// The stricter of both in everything, so that a further document never makes pulls
    /// easier.
    #[must_use]
    pub fn stricter(&self, other: &Self) -> Self {
        Self {
            unknown: self.unknown.max(other.unknown),
            // To wait longer is what whoever waits longer needs; what follows is the same.
            wait_seconds: self.wait_seconds.max(other.wait_seconds),
            held: self.held.max(other.held),
            running: self.running.max(other.running),
            running_grace_seconds: match (self.running_grace_seconds, other.running_grace_seconds) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            rollback: self.rollback.max(other.rollback),
        }
    }

    /// These, with what an environment says put on top.
    #[must_use]
    pub(crate) fn with(&self, over: &Self) -> Self {
        Self {
            unknown: over.unknown.or(self.unknown),
            wait_seconds: over.wait_seconds.or(self.wait_seconds),
            held: over.held.or(self.held),
            running: over.running.or(self.running),
            running_grace_seconds: over.running_grace_seconds.or(self.running_grace_seconds),
            rollback: over.rollback.or(self.rollback),
        }
    }
}
