//! Work that waits, runs, or has failed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// States of a job. One that is done is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits.
    Queued,
    /// A worker has it.
    Running,
    /// It failed for good; it waits for a person.
    Dead,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Id, a UUID.
    pub id: String,
    /// What is to be done: `scan`, `list`, `rematch`.
    pub kind: String,
    /// The pool of workers that it is for: a region, or `centre`.
    pub pool: String,
    /// Its state.
    pub state: JobState,
    /// What it is about, for people.
    pub subject: String,
    /// Higher goes first.
    pub priority: i64,
    /// Whether it is part of a sweep, which goes after everything else.
    pub sweep: bool,
    /// How often it was tried.
    pub attempts: i64,
    /// How often it is tried at most.
    pub max_attempts: i64,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// Why it failed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Not before this time.
    pub visible_from: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Which jobs are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// Of one pool.
    pub pool: Option<String>,
    /// Of one kind.
    pub kind: Option<String>,
    /// In one state.
    pub state: Option<JobState>,
}

/// Jobs of a pool in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobCounts {
    /// The state.
    pub state: JobState,
    /// Whether they are part of a sweep.
    pub sweep: bool,
    /// How many.
    pub jobs: u64,
    /// The sum of their costs: what workers are scaled by.
    pub cost: u64,
    /// The earliest time that one of them was due: how far behind the pool is.
    pub oldest: Timestamp,
}

/// A pool of workers, and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pool {
    /// Its name: a region, or `centre`.
    pub name: String,
    /// Whether nothing is handed out.
    pub paused: bool,
    /// Jobs that run at once; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Jobs of sweeps that run at once; absent: 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep_cap: Option<u32>,
    /// Its jobs.
    pub jobs: Vec<JobCounts>,
}

/// What an operator wants of a pool.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct PoolChange {
    /// Whether nothing is handed out; what runs goes on.
    #[serde(default)]
    pub paused: bool,
    /// Jobs that run at once; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub capacity: Option<u32>,
    /// Jobs of sweeps that run at once; absent: 32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub sweep_cap: Option<u32>,
}

/// An image to be looked at now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ScanRequest {
    /// Id of the registry.
    #[schema(max_length = 100)]
    pub registry: String,
    /// The repository.
    #[schema(min_length = 1, max_length = 255)]
    pub repository: String,
    /// A tag, or a digest `sha256:…`.
    #[schema(min_length = 1, max_length = 140)]
    pub reference: String,
}

/// A job that was made, or that waits already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobMade {
    /// Id of the job.
    pub job: String,
}
