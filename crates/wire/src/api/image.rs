//! Images and what is known about them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Level, Outcome, Verdict};

/// Findings by severity, the suppressed ones left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct SeverityCounts {
    /// Critical.
    pub critical: u32,
    /// High.
    pub high: u32,
    /// Medium.
    pub medium: u32,
    /// Low and negligible.
    pub low: u32,
    /// Nobody has rated them.
    pub unknown: u32,
}

/// A name that an image goes by, or went by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageName {
    /// Id of the registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// The tag; empty where only the digest was named.
    pub tag: String,
    /// When it was seen to be pushed.
    pub pushed_at: Timestamp,
    /// Since when the tag means another image, or is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<Timestamp>,
}

/// From where a workload can be reached, nearest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
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
    /// The name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Cluster => "cluster",
            Self::Intranet => "intranet",
            Self::Internet => "internet",
        }
    }

    /// The class of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [
            Self::Isolated,
            Self::Cluster,
            Self::Intranet,
            Self::Internet,
        ];
        all.into_iter().find(|class| class.name() == name)
    }
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
    /// The environment that it runs in.
    pub environment: String,
    /// From where it can be reached; absent: nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
}

/// An image: a manifest, or an index of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Digest of the manifest.
    pub digest: String,
    /// `linux/amd64`; `index` for several platforms under one digest.
    pub platform: String,
    /// Sum of its stored layers, in bytes.
    pub size_bytes: u64,
    /// Digests of its layers, the lowest first; of an index, of its manifests.
    pub layers: Vec<String>,
    /// When it was first heard of.
    pub first_seen_at: Timestamp,
    /// When it was last heard of.
    pub last_seen_at: Timestamp,
    /// Its names, the newest first; in lists at most five.
    pub names: Vec<ImageName>,
    /// How many workloads run it.
    pub running: u64,
}

/// An image, and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImageDetail {
    /// The image.
    #[serde(flatten)]
    pub image: Image,
    /// What follows, for each environment that it is judged for; none until somebody has
    /// looked at it.
    pub verdicts: Vec<Verdict>,
    /// Workloads that run it.
    pub workloads: Vec<Workload>,
}

/// Which images are asked for; everything given must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImageQuery {
    /// Id of a registry that names it.
    pub registry: Option<String>,
    /// A repository that names it.
    pub repository: Option<String>,
    /// A part of a repository's name, or the beginning of a digest.
    pub search: Option<String>,
    /// Whether something runs it.
    pub running: Option<bool>,
    /// Judged for this environment; the empty one is that of registries without one. With
    /// `outcome`, `severity` and `gaps`, all of them hold of one and the same verdict.
    #[param(max_length = 100)]
    pub environment: Option<String>,
    /// With a verdict of this outcome.
    #[param(inline)]
    pub outcome: Option<Outcome>,
    /// With an open finding at least this severe.
    #[param(inline)]
    pub severity: Option<Level>,
    /// Whether something of it could not be examined.
    pub gaps: Option<bool>,
    /// Whether anybody has looked at it yet.
    pub examined: Option<bool>,
    /// Whether it is held or quarantined, under a name in the registry and repository that are
    /// asked for.
    pub held: Option<bool>,
    /// First heard of at least that many days ago.
    #[param(minimum = 0, maximum = 36500)]
    pub older_than_days: Option<u32>,
    /// First heard of less than that many days ago.
    #[param(minimum = 0, maximum = 36500)]
    pub younger_than_days: Option<u32>,
}
