//! The one shape of every error: problem+json.
//!
//! Source: RFC 9457.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not carried out (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is, for programs: `not-found`, `conflict`, `forbidden`, …
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The kind in words; the same for every problem of the kind.
    #[serde(default)]
    pub title: String,
    /// The HTTP status code, 400 to 599.
    #[serde(default)]
    pub status: u16,
    /// What was wrong with this request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Id of the request, as it stands in the log of the server.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

impl Problem {
    /// A problem of a kind.
    pub fn new(status: u16, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            request_id: String::new(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.detail.is_empty() {
            true => write!(f, "{} ({})", self.title, self.status),
            false => write!(f, "{}: {} ({})", self.title, self.detail, self.status),
        }
    }
}
