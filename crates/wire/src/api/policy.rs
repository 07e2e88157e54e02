//! The policy and its exceptions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A document of a policy, as `docs/policy.md` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyDocument {
    /// The name that errors call it by.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The text: YAML.
    #[schema(max_length = 1_048_576)]
    pub text: String,
}

/// The policy that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyState {
    /// Counts up with every change; 0: nobody has set one, and the program's own, or that of
    /// `--policy`, counts.
    pub generation: i64,
    /// Its text: YAML.
    pub text: String,
    /// Who set it.
    pub actor: String,
    /// When; absent for generation 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<Timestamp>,
}

/// A policy to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewPolicy {
    /// The document, YAML, as `docs/policy.md` describes it.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub text: String,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// An exception: what is known and borne.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyException {
    /// Id, a UUID.
    pub id: String,
    /// The document, YAML, as `docs/policy.md` describes it.
    pub text: String,
    /// Who granted it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// An exception to be granted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewException {
    /// The document, YAML.
    #[schema(min_length = 1, max_length = 1_048_576)]
    pub text: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// How many days it lasts, 1 to 3650; absent: what the document itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}
