//! The protocol of edges, below `/edge/v1`. The edge dials, over mutual TLS.
//!
//! | call | asks | answers |
//! |---|---|---|
//! | `POST /edge/v1/join` (no certificate yet) | [`JoinRequest`] | [`Joined`] |
//! | `POST /edge/v1/renew` | [`RenewRequest`] | [`Joined`] |
//! | `POST /edge/v1/lease` | [`LeaseRequest`] | [`LeaseAnswer`] |
//! | `POST /edge/v1/heartbeat` | [`HeartbeatRequest`] | [`HeartbeatAnswer`] |
//! | `PUT /edge/v1/blobs/{sha256 digest}` | the bytes, at most [`MAX_BLOB`] | 201, or 200 where it is there |
//! | `POST /edge/v1/complete` | [`CompleteRequest`] | 204; 409 `fenced`: somebody else has the job |
//! | `POST /edge/v1/fail` | [`FailRequest`] | 204; 409 `fenced` |
//! | `GET /edge/v1/bundle?generation=N&digest=D` | the generation that is held, and its [`Bundle::digest`] | [`Signed`](crate::sign::Signed) [`Bundle`], whole or the changes since; 304: it is the newest |
//! | `GET /edge/v1/advisories?have=DIGEST` | the database that is held | bytes with [`ADVISORIES_KIND`]: `delta`, `whole`; 304: it is the newest |
//! | `GET /edge/v1/verdict?registry=&repository=&digest=&context=` | one name | [`VerdictAnswer`] |
//! | `PUT /edge/v1/clusters/{name}/workloads` | [`ClusterWorkloads`]: all that runs there | 204 |

mod bundle;
mod join;
mod sum;
mod work;
mod workload;

pub use bundle::{
    BUNDLE_SCHEMA, Bundle, BundlePolicy, GateRules, GateVerdict, OnUnknown, Rule, Runs,
    VerdictAnswer, VerdictQuery,
};
pub use join::{InvalidTicket, JoinRequest, JoinTicket, Joined, RenewRequest};
pub use sum::VerdictSum;
pub use work::{
    CompleteRequest, Counters, FailRequest, HeartbeatAnswer, HeartbeatJob, HeartbeatRequest,
    ImageAccess, LeaseAnswer, LeaseRequest, LeasedJob, ScanResult, Work,
};
pub use workload::{
    ClusterChange, ClusterState, ClusterWorkload, ClusterWorkloads, GoneWorkload, MOST_CHANGED,
    MOST_WORKLOADS,
};

/// Largest blob that is taken, in bytes: an inventory, never a layer.
pub const MAX_BLOB: usize = 64 << 20;

/// The header that says what a body of `/edge/v1/advisories` is: `whole` or `delta`.
pub const ADVISORIES_KIND: &str = "x-lazaret-advisories";

/// The header with the digest of the advisory database that a body leads to.
pub const ADVISORIES_DIGEST: &str = "x-lazaret-digest";
