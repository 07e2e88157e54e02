//! What a decision depends on beside the report.

use jiff::Timestamp;
use lazaret_model::Report;
use serde::{Deserialize, Serialize};

/// What a decision depends on beside the report. The evaluator reads no clock and no
/// environment: it is told.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// The time of the decision.
    pub now: Timestamp,
    /// The environment that the image is for; `None`: nobody has said.
    pub environment: Option<String>,
    /// From where a workload of it can be reached; `None`: not known.
    pub exposure: Option<Exposure>,
    /// Base images that were resolved.
    pub bases: Vec<BaseImage>,
}

/// From where a workload can be reached, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// From nowhere.
    Isolated,
    /// From inside of its cluster.
    Cluster,
    /// From the networks of its owner.
    Intranet,
    /// From everywhere.
    Internet,
}

impl Exposure {
    /// Every class, nearest first.
    pub const ALL: [Self; 4] = [
        Self::Isolated,
        Self::Cluster,
        Self::Intranet,
        Self::Internet,
    ];

    /// The name used in policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Cluster => "cluster",
            Self::Intranet => "intranet",
            Self::Internet => "internet",
        }
    }
}

/// A base image that a stage of a Dockerfile names.
#[derive(Debug, Clone)]
pub struct BaseImage {
    /// The reference, with build arguments put in.
    pub name: String,
    /// Whether the name is whole: no build argument in it is without a value.
    pub is_whole: bool,
    /// The stage that is built on it: its name, or its number from 0.
    pub stage: String,
    /// Whether that stage ends up in the image.
    pub ships: bool,
    /// What is known of it, with this policy's decision on it; else why it could not be
    /// examined.
    pub report: Result<Report, String>,
}
