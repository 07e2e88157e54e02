//! What an edge decides by when nobody can be asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::{HoldState, PolicyDocument};

/// The value of [`Bundle::schema`].
pub const BUNDLE_SCHEMA: &str = "lazaret.bundle/1";

/// The policy and the verdicts of a region. Signed as a whole; generations only grow, and
/// an older one than is held is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    /// Always [`BUNDLE_SCHEMA`].
    pub schema: String,
    /// The region that it is for.
    pub region: String,
    /// Its generation, from 1.
    pub generation: i64,
    /// The generation that this one is a change of; absent: it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<i64>,
    /// With [`Bundle::base`]: [`Bundle::digest`] of that generation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base_digest: String,
    /// [`VerdictSum`](super::VerdictSum) of all verdicts that are held with this bundle, those
    /// of its base included; empty: not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The policy that was decided by.
    pub policy: BundlePolicy,
    /// Digest of the advisory database that was decided by.
    pub advisories: String,
    /// What runs anywhere, whether or not anything is said of it: it may start again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<Runs>,
    /// Digests that a workload would be rolled back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<String>,
    /// Where people read of an image: its digest is put behind it. Empty: nowhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub images_url: String,
    /// Names with a state of their own. With [`Bundle::base`], those that have changed.
    pub verdicts: Vec<GateVerdict>,
    /// With [`Bundle::base`]: names that are no longer known, as (host, repository, digest).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<(String, String, String)>,
}

/// The policy in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct BundlePolicy {
    /// Its generation; 0 is the policy inside the program.
    pub generation: i64,
    /// Its documents; none for generation 0.
    pub documents: Vec<PolicyDocument>,
    /// What a gate does with what nobody has looked at.
    #[serde(default)]
    pub on_unknown: OnUnknown,
    /// What a gate does in the cases that are not a verdict.
    #[serde(default)]
    pub gate: GateRules,
    /// The same for registries whose environment has rules of its own, by host.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gates: BTreeMap<String, GateRules>,
}

/// Something that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Runs {
    /// Digest of the manifest, or of the index.
    pub digest: String,
    /// Since when; absent: since before anybody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// What a gate does in the cases that are not a verdict; what is absent is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct GateRules {
    /// Digests that nobody has examined: `allow`, `wait` or `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<OnUnknown>,
    /// How long a pull waits for the examination, in seconds, 0 to 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// New digests that are held: `refuse` or `allow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Rule>,
    /// Digests that run already: `allow` (the default) or `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<Rule>,
    /// For how many seconds after the verdict what runs may start again; without it, as
    /// long as it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_grace_seconds: Option<u64>,
    /// What a workload would be rolled back to: `allow` (the default) or `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rule>,
}

/// Whether something may be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// It may.
    Allow,
    /// It may not.
    Refuse,
}

/// What a gate does with a digest that nobody has looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnknown {
    /// It may be pulled.
    #[default]
    Allow,
    /// It waits for the scan, within a limit.
    Wait,
    /// It is refused.
    Refuse,
}

/// Whether a digest may be pulled under a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateVerdict {
    /// Host of the registry, with the port where it has one.
    pub host: String,
    /// The repository.
    pub repository: String,
    /// Digest of the manifest, or of the index.
    pub digest: String,
    /// The state.
    pub state: HoldState,
    /// Why, for people; empty for what is clear.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Until when it lasts; from then on it is as if it were clear (released: held).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether a workload runs it: a restart is not kept back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
    /// Since when it runs, where that is known: what began to run after it was kept away came
    /// past the gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running_since: Option<Timestamp>,
    /// Whether a workload would be rolled back to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rollback: bool,
    /// Said in words by the policy or a person: what runs already, or would be rolled back to,
    /// is refused, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub even_if_running: bool,
    /// Since when it is in this state.
    pub since: Timestamp,
}

/// `GET /edge/v1/verdict`.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerdictQuery {
    /// Host of the registry, with the port where it has one.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// Digest of the manifest, or of the index.
    pub digest: String,
    /// What the pull is for: `new`, `running`, `reschedule`, `rollback`; empty: not known.
    #[serde(default)]
    #[param(required = false)]
    pub context: String,
}

/// Its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictAnswer {
    /// The state; `unknown` where nobody has looked.
    pub verdict: GateVerdict,
    /// What the policy says of what is unknown.
    pub on_unknown: OnUnknown,
    /// Where people read more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}
