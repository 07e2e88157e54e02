//! How much a rule may do.

use std::fmt;

use lazaret_model::Outcome;
use serde::{Deserialize, Serialize};

/// How much a rule may do, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It is told what the rule would have done; nothing follows.
    Observe,
    /// It warns, and stops nothing.
    Warn,
    /// Its action follows.
    Enforce,
}

impl Mode {
    /// Every mode, least first.
    pub const ALL: [Self; 3] = [Self::Observe, Self::Warn, Self::Enforce];

    /// The name used in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }

    /// What follows from an action in this mode.
    pub fn effect(self, action: Outcome) -> Outcome {
        match self {
            Self::Observe => Outcome::Allow,
            Self::Warn => action.min(Outcome::Warn),
            Self::Enforce => action,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
