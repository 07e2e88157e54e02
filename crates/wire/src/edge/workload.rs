//! What runs in a cluster.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Exposure;

/// Most workloads of one cluster.
pub const MOST_WORKLOADS: usize = 50_000;

/// Most workloads that one change brings, and most that it takes away.
pub const MOST_CHANGED: usize = 5_000;

/// `PUT /edge/v1/clusters/{name}/workloads`: everything that runs in a cluster now. What is
/// not in it runs there no longer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterWorkloads {
    /// The environment that the cluster is: `prod`; empty: none is said.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub environment: String,
    /// What runs, at most [`MOST_WORKLOADS`].
    pub workloads: Vec<ClusterWorkload>,
}

/// Something that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterWorkload {
    /// The namespace; may be empty.
    #[serde(default)]
    #[schema(max_length = 253)]
    pub namespace: String,
    /// The workload: `deployment/web`.
    #[schema(min_length = 1, max_length = 300)]
    pub workload: String,
    /// Digest of the manifest, or of the index, as it was pulled.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub digest: String,
    /// From where it can be reached; absent: nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
}

/// `PATCH` of the same address: what has changed since the cluster was told of last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterChange {
    /// The generation of the answer before, which this follows.
    pub since: i64,
    /// What began to run, or can be reached from elsewhere; at most [`MOST_CHANGED`].
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub workloads: Vec<ClusterWorkload>,
    /// What runs no longer; at most [`MOST_CHANGED`].
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub gone: Vec<GoneWorkload>,
}

/// Something that runs no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoneWorkload {
    /// The namespace; may be empty.
    #[serde(default)]
    #[schema(max_length = 253)]
    pub namespace: String,
    /// The workload: `deployment/web`.
    #[schema(min_length = 1, max_length = 300)]
    pub workload: String,
    /// Of what it ran, this alone; absent: whatever it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub digest: Option<String>,
}

/// What is known of a cluster now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterState {
    /// Grows with every list and every change; the next change names it.
    pub generation: i64,
}
