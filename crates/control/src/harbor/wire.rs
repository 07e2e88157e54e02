//! What Harbor sends.

use serde::{Deserialize, Serialize};

/// `POST /scan`.
#[derive(Debug, Deserialize)]
pub(super) struct ScanRequest {
    pub(super) registry: HarborRegistry,
    pub(super) artifact: Artifact,
    /// Since 1.2; without it, vulnerabilities are asked for.
    #[serde(default)]
    pub(super) enabled_capabilities: Vec<Capability>,
}

/// A registry, and how it is to be asked.
#[derive(Deserialize)]
pub(super) struct HarborRegistry {
    pub(super) url: String,
    #[serde(default)]
    pub(super) authorization: String,
}

impl std::fmt::Debug for HarborRegistry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

/// What is to be scanned; it goes back in the report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Artifact {
    pub(super) repository: String,
    pub(super) digest: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) tag: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) mime_type: String,
}

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Capability {
    #[serde(rename = "type")]
    pub(super) kind: String,
}
