//! The place of blobs.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What is to be removed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BlobsQuery {
    /// Whether only to tell what would go.
    #[serde(default)]
    #[param(required = false)]
    pub dry_run: bool,
    /// Hours since it was last stored or replaced that a blob is kept which nothing refers to;
    /// without it the centre's own setting.
    #[param(minimum = 1, maximum = 876_000)]
    pub keep_hours: Option<u32>,
}

/// What was found and removed. Bytes are as they are stored, packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlobsCollected {
    /// Blobs looked at.
    pub blobs: u64,
    /// What nothing refers to, and which was not stored or replaced of late.
    pub unused: u64,
    /// Their bytes.
    pub unused_bytes: u64,
    /// What was removed of it.
    pub removed: u64,
    /// Their bytes.
    pub removed_bytes: u64,
    /// Whether another call would find more.
    pub has_more: bool,
}
