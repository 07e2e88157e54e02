//! What would change if an image were built on another base.

use serde::{Deserialize, Serialize};

use crate::{Distro, Finding, Gap, Platform};

/// What would change if the image were built again on another base, as far as that can be
/// computed: the packages of its base are replaced by those of the other one, and the result
/// is matched against the same data. Suppressed findings count as absent on either side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rebase {
    /// The other base, as it is called.
    pub name: String,
    /// Digest of its manifest; empty where it has none.
    #[serde(default)]
    pub digest: String,
    /// Its platform.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// Its distribution.
    #[serde(default)]
    pub distro: Option<Distro>,
    /// Keys of the findings of the report that would be gone.
    pub removed: Vec<String>,
    /// What would be found that is not found now.
    pub added: Vec<Finding>,
    /// How many findings would stay.
    pub unchanged: usize,
    /// How many packages there are now.
    pub packages_now: usize,
    /// How many there would be.
    pub packages_then: usize,
    /// What could not be computed, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// What could be examined of the image and could not be of the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}
