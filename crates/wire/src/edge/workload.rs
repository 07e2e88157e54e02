//! What runs in a cluster.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most workloads of one cluster.
pub const MOST_WORKLOADS: usize = 50_000;

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
}
