//! Edges, as the centre sees them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An edge that has joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EdgeUnit {
    /// Id, a UUID.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Its region.
    pub region: String,
    /// SHA-256 of its certificate, hexadecimal.
    pub certificate: String,
    /// When it joined.
    pub joined_at: Timestamp,
    /// When it was heard of last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen_at: Option<Timestamp>,
    /// When it was shut out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// The generation of the bundle that it has.
    pub bundle_generation: i64,
    /// Digest of the advisory database that it has.
    pub advisories: String,
    /// Bytes of layers that it has sent: always 0, which the counter is there to prove.
    pub layer_bytes_sent: i64,
}

/// A one-time token to join with, to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewJoinToken {
    /// The region of the edge that will join.
    #[schema(min_length = 1, max_length = 100)]
    pub region: String,
    /// How many hours it may be used within, 1 to 720; absent: 24.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 720)]
    pub hours: Option<u32>,
}

/// A one-time token to join with. It is shown once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JoinToken {
    /// The token.
    pub token: String,
    /// The region.
    pub region: String,
    /// Until when it may be used.
    pub expires_at: Timestamp,
    /// SHA-256 of the centre's authority certificate, hexadecimal: what the edge holds the
    /// line to before it has a certificate.
    pub ca_fingerprint: String,
}
