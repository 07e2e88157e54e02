//! Edges, as the centre sees them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An edge that has joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EdgeUnit {
    /// Its id, a UUID; the name in its certificates.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// `valid`, or `expired`: it was cut off for too long, and joins with a new token.
    pub certificate: String,
    /// SHA-256 of its newest certificate: `sha256:…`.
    #[serde(default)]
    pub fingerprint: String,
    /// When it joined.
    pub joined_at: Timestamp,
    /// When it was heard of last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Timestamp>,
    /// When its newest certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The generation of the bundle that it has.
    pub bundle_generation: i64,
    /// How many generations that is behind the centre's.
    #[serde(default)]
    pub bundle_behind: i64,
    /// Whether its advisory database is another than the centre's.
    #[serde(default)]
    pub advisories_behind: bool,
    /// Digest of the advisory database that it has; empty: none, or not told yet.
    pub advisories: String,
    /// Results that wait for the line to be back.
    pub spooled: i64,
    /// What its spool had to drop.
    pub dropped: i64,
    /// Images looked at since it was started; as it was told last, also after a restart of the
    /// centre.
    pub images: i64,
    /// Bytes of layers read beside the registry.
    pub layer_bytes_read: i64,
    /// Bytes of layers among all that it has sent, as it counts them: to be 0.
    pub layer_bytes_sent: i64,
    /// Bytes of bodies that it has sent to whomever, as it counts them, by kind.
    #[serde(default)]
    pub bytes_sent: BTreeMap<String, i64>,
    /// Since when it counts: when it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_since: Option<Timestamp>,
    /// Blobs that this centre has got from it since the centre was started.
    #[serde(default)]
    pub blobs_received: i64,
    /// Their bytes.
    #[serde(default)]
    pub blob_bytes_received: i64,
    /// The largest of them, in bytes.
    #[serde(default)]
    pub largest_blob_received: i64,
    /// Bytes of blobs that came and that it does not count: to be 0.
    #[serde(default)]
    pub unexplained_bytes: i64,
}

/// A one-time token to join with, to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewJoinToken {
    /// The region of the edge that will join.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._-]+$")]
    pub region: String,
    /// How many hours it may be used within, 1 to 720; absent: 24.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 720)]
    pub hours: Option<u32>,
}

/// A one-time token to join with. It is shown once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JoinToken {
    /// The token: one line, with the centre's authority in it.
    pub token: String,
    /// The region.
    pub region: String,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// SHA-256 of the centre's authority certificate, hexadecimal, for people to compare.
    pub ca_fingerprint: String,
}
