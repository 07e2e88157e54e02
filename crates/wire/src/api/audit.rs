//! What was done by whom.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An entry of the audit log. Each holds the hash of the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Number, from 1, without holes.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: `user:NAME`, `token:NAME`, `edge:NAME` or `system`.
    pub actor: String,
    /// What was done: `registry.create`, `hold.release`, …
    pub action: String,
    /// What it was done to.
    pub object: String,
    /// Why, in the actor's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What else is to be known.
    pub details: serde_json::Value,
    /// Hash of the entry before.
    pub previous: String,
    /// Hash of this entry.
    pub hash: String,
}

/// Whether the audit log is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditState {
    /// Whether every entry follows from the one before.
    pub intact: bool,
    /// How many entries there are.
    pub entries: i64,
    /// The hash of the last entry. Noted elsewhere, it proves later that nothing before it was
    /// changed or cut off; empty where the log does not hold.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub head: String,
    /// The first entry that does not hold, and why; empty where all do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}
