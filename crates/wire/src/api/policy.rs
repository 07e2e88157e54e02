//! Policies and exceptions.

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
    #[schema(max_length = 524_288)]
    pub text: String,
}

/// The policy that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyState {
    /// Counts up with every change; 0 is the policy inside the program.
    pub generation: i64,
    /// Its documents.
    pub documents: Vec<PolicyDocument>,
    /// Who set it.
    pub actor: String,
    /// When; absent for generation 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_at: Option<Timestamp>,
}

/// An exception: what is known and borne.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyException {
    /// Id, a UUID.
    pub id: String,
    /// The document, YAML, as `docs/policy.md` describes it.
    pub text: String,
    /// Who made it.
    pub actor: String,
    /// When.
    pub created_at: Timestamp,
}

/// An exception to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewException {
    /// The document, YAML.
    #[schema(min_length = 1, max_length = 65536)]
    pub text: String,
}
