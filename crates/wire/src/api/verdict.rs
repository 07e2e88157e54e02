//! Verdicts, holds, releases.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Level, SeverityCounts, Workload};

/// What a decision leads to, mildest first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing speaks against it.
    #[default]
    Allow,
    /// It may go on; somebody should look.
    Warn,
    /// It waits for a person.
    Hold,
    /// It is kept away from where it could be pulled.
    Quarantine,
    /// It is refused.
    Block,
}

impl Outcome {
    /// The name of the outcome.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Quarantine => "quarantine",
            Self::Block => "block",
        }
    }

    /// The outcome of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [
            Self::Allow,
            Self::Warn,
            Self::Hold,
            Self::Quarantine,
            Self::Block,
        ];
        all.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// What was decided about an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The image.
    pub digest: String,
    /// The environment; empty: none is said.
    pub environment: String,
    /// What follows.
    pub outcome: Outcome,
    /// Open findings.
    pub findings: SeverityCounts,
    /// What could not be examined.
    pub gaps: u32,
    /// Why, worst first.
    pub reasons: Vec<String>,
    /// The generation of the policy.
    pub policy_generation: i64,
    /// Digest of the advisory database.
    pub advisories: String,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// Who has looked at it as it is; absent: nobody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<VerdictSeen>,
}

/// That somebody has looked at a verdict that warns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictSeen {
    /// Who: `user:NAME` or `token:NAME`.
    pub actor: String,
    /// What they say of it.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A verdict that somebody has looked at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SeenVerdict {
    /// The image.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub digest: String,
    /// The environment; empty: that of registries without one.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub environment: String,
    /// What is to be said of it.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// How many images of an environment had which worst finding at the end of a day; of today, some
/// minutes ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostureDay {
    /// The day, UTC: `2026-11-28`.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    pub day: String,
    /// The environment; empty: that of registries without one.
    pub environment: String,
    /// Images by the worst of their open findings.
    pub worst: SeverityCounts,
    /// Images in which nothing was found.
    pub clean: u32,
}

/// A verdict that became another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerdictChange {
    /// When.
    pub at: Timestamp,
    /// The image.
    pub digest: String,
    /// The environment; empty: none is said.
    pub environment: String,
    /// What it was; absent: nothing had been decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Outcome>,
    /// What it is.
    pub after: Outcome,
    /// What made it change: `scan`, `advisories`, `policy`, `day`, `workload`, `expiry`.
    pub cause: String,
    /// What runs the image in that environment now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<Workload>,
}

/// Whether an image may be pulled under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HoldState {
    /// Nothing has been decided yet.
    #[default]
    Unknown,
    /// It may be pulled.
    Clear,
    /// It waits for a person.
    Held,
    /// It is kept away.
    Quarantined,
    /// It was kept back, and a person let it go.
    Released,
}

impl HoldState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Unknown,
        Self::Clear,
        Self::Held,
        Self::Quarantined,
        Self::Released,
    ];

    /// The name of the state.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Clear => "clear",
            Self::Held => "held",
            Self::Quarantined => "quarantined",
            Self::Released => "released",
        }
    }

    /// Whether it keeps an image from being pulled.
    pub fn is_kept_back(self) -> bool {
        matches!(self, Self::Held | Self::Quarantined)
    }

    /// The state of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The state of an image under a name: (registry, repository, digest).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Id of the registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// Digest of the manifest.
    pub digest: String,
    /// The state.
    pub state: HoldState,
    /// Whether a person brought it there: a policy does not undo that.
    pub by_hand: bool,
    /// Who brought it there: `user:NAME`, `policy:GENERATION`, `system`.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Until when it lasts; absent: until somebody changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether what runs already is refused, too.
    #[serde(default)]
    pub even_if_running: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Which holds are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HoldQuery {
    /// One state alone.
    pub state: Option<HoldState>,
    /// One registry alone.
    pub registry: Option<String>,
    /// One image alone.
    pub digest: Option<String>,
}

/// Which verdicts are asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerdictQuery {
    /// One outcome alone.
    pub outcome: Option<Outcome>,
    /// One environment alone; the empty one is that of registries without one.
    pub environment: Option<String>,
    /// With an open finding at least this severe.
    #[param(inline)]
    pub severity: Option<Level>,
    /// Whether something could not be examined.
    pub gaps: Option<bool>,
    /// Of images that this registry names: its id.
    #[param(max_length = 100)]
    pub registry: Option<String>,
    /// Whether somebody has marked it as seen as it is.
    pub seen: Option<bool>,
}

/// A hold or a quarantine by hand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HoldChange {
    /// Id of the registry.
    #[schema(max_length = 100)]
    pub registry: String,
    /// The repository.
    #[schema(min_length = 1, max_length = 500)]
    pub repository: String,
    /// Digest of the manifest.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub digest: String,
    /// `held`, `quarantined`, or `clear` to lift a hold. Out of quarantine leads a release,
    /// which two people make.
    pub state: HoldState,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// How many hours it lasts, 1 to 87600; absent: until somebody releases it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 87600)]
    pub hours: Option<u32>,
    /// Whether what runs already is kept from starting again, too.
    #[serde(default)]
    pub even_if_running: bool,
}

/// States of a request to release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReleaseState {
    /// It waits for somebody else.
    Open,
    /// It was approved.
    Approved,
    /// It was refused.
    Rejected,
    /// What it asked for is no longer the question.
    Void,
}

/// A request to release an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Release {
    /// Id, a UUID.
    pub id: String,
    /// Id of the registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// Digest of the manifest.
    pub digest: String,
    /// What has become of it.
    pub state: ReleaseState,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Until when the image is to be released; absent: until something new is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who decided; never who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// With which words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub decision: String,
}

/// A request to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewRelease {
    /// Id of the registry.
    #[schema(max_length = 100)]
    pub registry: String,
    /// The repository.
    #[schema(min_length = 1, max_length = 500)]
    pub repository: String,
    /// Digest of the manifest.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    pub digest: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// How many hours the release lasts, 1 to 8760; absent: 720.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 8760)]
    pub hours: Option<u32>,
}

/// A decision on a request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReleaseDecision {
    /// Whether the image goes.
    pub approve: bool,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: String,
}
