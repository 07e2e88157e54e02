//! Jobs: leased, kept alive, completed, failed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /edge/v1/lease`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct LeaseRequest {
    /// How many jobs can be begun at once, 1 to 200: what the centre may hand out.
    #[schema(minimum = 1, maximum = 200)]
    pub free: u32,
    /// How long to wait for work where there is none, 0 to 30 seconds.
    #[serde(default)]
    #[schema(maximum = 30)]
    pub wait_seconds: u32,
    /// What the edge holds and has done.
    #[serde(default)]
    pub counters: Counters,
}

/// What an edge holds and has done since it was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counters {
    /// Generation of the bundle that it decides by.
    #[serde(default)]
    pub bundle_generation: i64,
    /// Digest of its advisory database; empty: none.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub advisories: String,
    /// Images looked at.
    #[serde(default)]
    pub images: i64,
    /// Bytes of layers read beside the registry.
    #[serde(default)]
    pub layer_bytes_read: i64,
    /// Bytes of layers among all that it has sent: to be 0, and counted.
    #[serde(default)]
    pub layer_bytes_sent: i64,
    /// Bytes of bodies that it has sent, to whomever, by kind: `inventory`, `result`,
    /// `protocol`, `bundle`, `verdict`, `page`; at most 16 kinds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bytes_sent: BTreeMap<String, i64>,
    /// When it was started: since then everything is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Results that wait for the line to be back.
    #[serde(default)]
    pub spooled: i64,
    /// What the spool had to drop.
    #[serde(default)]
    pub dropped: i64,
}

/// The answer to a lease.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeaseAnswer {
    /// Jobs, none where nothing waits.
    pub jobs: Vec<LeasedJob>,
    /// The newest generation of the bundle for the edge's region.
    pub bundle_generation: i64,
    /// Digest of the newest advisory database.
    pub advisories: String,
}

/// A job that is now the edge's, until `expires_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeasedJob {
    /// Id of the job.
    pub id: String,
    /// The fencing token: a completion with an older one is refused.
    pub fence: i64,
    /// How often it has been tried, this time included.
    pub attempt: i64,
    /// When it goes to somebody else without a heartbeat.
    pub expires_at: Timestamp,
    /// What is to be done.
    pub work: Work,
    /// The span that it follows, as `traceparent` of W3C Trace Context; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub trace: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Work {
    /// Look at an image and send its inventory.
    Scan(ImageAccess),
}

/// An image, and how its registry is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageAccess {
    /// Id of the registry.
    pub registry: String,
    /// Its host, with the port where it has one.
    pub host: String,
    /// Whether it is spoken to without TLS.
    #[serde(default)]
    pub plain_http: bool,
    /// Whether link-local addresses are gone to.
    #[serde(default)]
    pub link_local: bool,
    /// Name of the user; absent: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password or token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The repository.
    pub repository: String,
    /// The digest that is to be looked at: of a manifest, or of an index whose platforms
    /// are each looked at.
    pub digest: String,
    /// The tag that it was pushed under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

impl std::fmt::Debug for ImageAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}@{}", self.host, self.repository, self.digest)
    }
}

/// `POST /edge/v1/heartbeat`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatRequest {
    /// Jobs that are still worked on, at most 200.
    #[schema(max_items = 200)]
    pub jobs: Vec<HeartbeatJob>,
}

/// A job that is still worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatJob {
    /// Id of the job.
    #[schema(max_length = 100)]
    pub id: String,
    /// Its fencing token.
    pub fence: i64,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatAnswer {
    /// Ids of jobs that are somebody else's now: stop, whatever was found counts nothing.
    pub lost: Vec<String>,
}

/// `POST /edge/v1/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompleteRequest {
    /// Id of the job.
    #[schema(max_length = 100)]
    pub job: String,
    /// Its fencing token.
    pub fence: i64,
    /// One result for each platform that was looked at.
    #[schema(min_items = 1, max_items = 64)]
    pub results: Vec<ScanResult>,
}

/// What came of one platform of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScanResult {
    /// Digest of the manifest of the platform.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub digest: String,
    /// `linux/amd64`.
    #[schema(max_length = 100)]
    pub platform: String,
    /// Sum of the compressed layers, in bytes.
    pub size_bytes: i64,
    /// Number of layers.
    pub layers: i64,
    /// Digest of the blob with the inventory (`lazaret_model::Inventory`, JSON), sent
    /// before.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub inventory: String,
}

/// `POST /edge/v1/fail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailRequest {
    /// Id of the job.
    #[schema(max_length = 100)]
    pub job: String,
    /// Its fencing token.
    pub fence: i64,
    /// Why, for people; at most 4000 characters.
    #[schema(max_length = 4000)]
    pub error: String,
    /// Whether trying again is of no use: the image is gone, or is none.
    #[serde(default)]
    pub is_final: bool,
}
