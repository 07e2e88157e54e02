//! Images and what is known about them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{HoldState, Verdict};

/// Findings by severity, the suppressed ones left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct SeverityCounts {
    /// Critical.
    pub critical: u32,
    /// High.
    pub high: u32,
    /// Medium.
    pub medium: u32,
    /// Low.
    pub low: u32,
    /// Negligible.
    pub negligible: u32,
    /// Nobody has rated them.
    pub unknown: u32,
}

/// A name that an image goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageName {
    /// Id of the registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// The tag; absent where only the digest was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// When it was seen to be pushed.
    pub pushed_at: Timestamp,
    /// Whether it may be pulled under this name.
    pub state: HoldState,
}

/// A workload that runs an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Workload {
    /// The cluster.
    pub cluster: String,
    /// The namespace.
    pub namespace: String,
    /// The workload: `deployment/web`.
    pub workload: String,
}

/// An image: a manifest digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Digest of the manifest.
    pub digest: String,
    /// `linux/amd64`; empty until it has been looked at.
    pub platform: String,
    /// Sum of its compressed layers, in bytes; 0 until it has been looked at.
    pub size_bytes: i64,
    /// Number of its layers.
    pub layers: i64,
    /// When it was first heard of.
    pub first_seen_at: Timestamp,
    /// When it was looked at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanned_at: Option<Timestamp>,
    /// Names that it goes by.
    pub names: Vec<ImageName>,
    /// What was decided, per environment.
    pub verdicts: Vec<Verdict>,
    /// Workloads that run it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Workload>,
}

/// Which images are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImageQuery {
    /// Id of a registry.
    pub registry: Option<String>,
    /// A repository, or its beginning with `*` behind it.
    pub repository: Option<String>,
    /// A tag.
    pub tag: Option<String>,
}

/// A component of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Component {
    /// Its package URL.
    pub purl: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A vulnerability, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingSummary {
    /// Its id.
    pub id: String,
    /// Its severity: `critical`, `high`, `medium`, `low`, `negligible`, `unknown`.
    pub severity: String,
    /// Images that it was found in.
    pub images: i64,
    /// Components that it was found on, as package URLs.
    pub components: Vec<String>,
}
