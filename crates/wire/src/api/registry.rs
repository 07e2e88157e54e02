//! Registries that are watched.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kinds of registries, by the events that they send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegistryKind {
    /// Docker Distribution, and whatever speaks its notifications.
    Distribution,
    /// Harbor.
    Harbor,
    /// Amazon ECR.
    Ecr,
    /// Azure Container Registry.
    Acr,
    /// Google Artifact Registry.
    Gar,
}

impl RegistryKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Distribution,
        Self::Harbor,
        Self::Ecr,
        Self::Acr,
        Self::Gar,
    ];

    /// The name of the kind, as it is stored, typed, and stands in `/events/KIND/ID`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Distribution => "distribution",
            Self::Harbor => "harbor",
            Self::Ecr => "ecr",
            Self::Acr => "acr",
            Self::Gar => "gar",
        }
    }

    /// The kind of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A registry that is watched. Its credential is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Registry {
    /// Id, a UUID.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Kind of the registry.
    pub kind: RegistryKind,
    /// Its address: `https://registry.example[:port]`, `http://` for one without TLS.
    pub url: String,
    /// Whether there is a credential for it.
    pub has_credential: bool,
    /// How often it is listed, in seconds; absent: never, events alone count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_every_seconds: Option<u32>,
    /// The region whose workers look at its images; empty: the centre's own.
    pub region: String,
    /// The environment that its images are judged for; absent: none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Repositories that are listed, `*` and `**` allowed; empty: all that its catalogue
    /// names.
    pub repositories: Vec<String>,
    /// Where it is to send its events.
    pub events_path: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was listed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
}

/// User name and password, or token, for a registry.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RegistryCredential {
    /// Name of the user; empty with a token that the registry takes as it is.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub username: String,
    /// The password or token.
    #[schema(max_length = 16384)]
    pub password: String,
}

impl std::fmt::Debug for RegistryCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegistryCredential")
    }
}

/// A registry to be watched.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewRegistry {
    /// Name for people, not used yet.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Kind of the registry.
    pub kind: RegistryKind,
    /// Its address: `https://registry.example[:port]`, `http://` for one without TLS.
    #[schema(min_length = 8, max_length = 500)]
    pub url: String,
    /// The credential, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<RegistryCredential>,
    /// How often it is listed, 30 seconds to 30 days; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 30, maximum = 2_592_000)]
    pub list_every_seconds: Option<u32>,
    /// The region whose workers look at its images; empty: the centre's own.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub region: String,
    /// The environment that its images are judged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub environment: Option<String>,
    /// Repositories that are listed; empty: all that its catalogue names.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub repositories: Vec<String>,
    /// The secret that its events must carry, 16 to 200 characters; absent: one is made
    /// and shown once, in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 16, max_length = 200)]
    pub events_secret: Option<String>,
}

/// What changes about a registry; what is absent stays, and `null` takes away (a JSON merge patch,
/// RFC 7396).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct RegistryChange {
    /// Name for people; it cannot be taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    /// Another credential, whole; `null`: none from now on.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<RegistryCredential>)]
    pub credential: Option<Option<RegistryCredential>>,
    /// How often it is listed, 30 seconds to 30 days; 0 or `null`: never.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<u32>, maximum = 2_592_000)]
    pub list_every_seconds: Option<Option<u32>>,
    /// The region whose workers look at its images; empty or `null`: the centre's own.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub region: Option<Option<String>>,
    /// The environment that its images are judged for; empty or `null`: none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub environment: Option<Option<String>>,
    /// Repositories that are listed; empty or `null`: all that its catalogue names.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<Vec<String>>, max_items = 1000)]
    pub repositories: Option<Option<Vec<String>>>,
}

/// Tells `null`, `Some(None)`, from what is absent.
fn present<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(from).map(Some)
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct EventOutcome {
    /// Pushes of images in it.
    pub pushes: usize,
    /// Jobs that were made of them; fewer where a job for the image waits already.
    pub jobs: usize,
    /// What was passed over: other actions, other media types.
    pub ignored: usize,
}
