//! Work that waits, runs, or has failed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    /// An image is to be looked at.
    Scan,
    /// A registry is to be listed.
    List,
    /// Stored inventories are to be matched again.
    Rematch,
}

/// States of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits.
    Ready,
    /// A worker has it.
    Running,
    /// It failed too often; it waits for a person.
    Dead,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Id, a UUID.
    pub id: String,
    /// The queue: `scan`, `list`, `rematch`.
    pub queue: String,
    /// The pool of workers that it is for: a region, or `centre`.
    pub pool: String,
    /// Its state.
    pub state: String,
    /// What it is about.
    pub subject: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Jobs by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct JobCounts {
    /// Waiting.
    pub ready: i64,
    /// Running.
    pub running: i64,
    /// Failed too often.
    pub dead: i64,
}

/// The state of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueState {
    /// Name of the queue.
    pub queue: String,
    /// Whether nothing is handed out.
    pub paused: bool,
    /// Its jobs.
    pub jobs: JobCounts,
}

/// An image to be looked at now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScanRequest {
    /// Id of the registry.
    #[schema(max_length = 100)]
    pub registry: String,
    /// The repository.
    #[schema(min_length = 1, max_length = 500)]
    pub repository: String,
    /// A tag, or a digest `sha256:…`.
    #[schema(min_length = 1, max_length = 128)]
    pub reference: String,
}
