//! How bad: levels, CVSS vectors, and who said so.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A level of severity. Ordered: `Unknown` is the least, `Critical` the most.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nobody has rated it.
    #[default]
    Unknown,
    /// The vendor calls it negligible or unimportant.
    Negligible,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 to 10.0.
    Critical,
}

/// Why a text is not a severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a severity; known are critical, high, medium, low, negligible, unknown")]
pub struct InvalidSeverity(String);

impl Severity {
    /// Every level, worst first.
    pub const ALL: [Severity; 6] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Negligible,
        Self::Unknown,
    ];

    /// The lower-case name used in reports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of a CVSS v3 or v4 base score between 0.0 and 10.0.
    ///
    /// Source: CVSS v3.1 section 5, "Qualitative Severity Rating Scale". A score of
    /// 0.0 ("none") is [`Severity::Negligible`] here: it was rated.
    pub fn from_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            0.0 => Self::Negligible,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = InvalidSeverity;

    /// Accepts the names and the words that vendors use for the same levels
    /// (`important`, `moderate`, `unimportant`, …), in any case.
    fn from_str(text: &str) -> Result<Self, InvalidSeverity> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" | "minor" => Self::Low,
            "negligible" | "unimportant" | "none" => Self::Negligible,
            "unknown" | "unspecified" => Self::Unknown,
            _ => return Err(InvalidSeverity(text.chars().take(60).collect())),
        })
    }
}

/// A CVSS vector with the source that published it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cvss {
    /// Who published the vector: a feed's name such as `nvd`, `ghsa`, `redhat`.
    pub source: String,
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// The vector, as published.
    pub vector: String,
    /// Base score from 0.0 to 10.0, computed from the vector; absent when the vector
    /// is malformed.
    pub score: Option<f64>,
}

/// One source's opinion about how bad a vulnerability is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Who says so: a feed's name.
    pub source: String,
    /// The level in the source's own word, where it published one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// A CVSS vector, where it published one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vector: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_named_both_ways() {
        assert!(Severity::ALL.is_sorted_by(|a, b| a > b));
        for level in Severity::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert_eq!("Important".parse(), Ok(Severity::High));
        assert!("catastrophic".parse::<Severity>().is_err());
    }

    #[test]
    fn scores_fall_into_the_levels_of_the_specification() {
        for (score, level) in [
            (10.0, Severity::Critical),
            (9.0, Severity::Critical),
            (8.9, Severity::High),
            (6.9, Severity::Medium),
            (3.9, Severity::Low),
            (0.0, Severity::Negligible),
            (f64::NAN, Severity::Unknown),
        ] {
            assert_eq!(Severity::from_score(score), level, "{score}");
        }
    }
}
