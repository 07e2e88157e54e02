//! What is sealed about a registry: its credential, the proof of its events.

use lazaret_store::Registry;
use lazaret_wire::api::RegistryCredential;
use serde::{Deserialize, Serialize};

use crate::keys::{KeyError, Keys, hash, same};

/// What is sealed about a registry.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// The credential, where it asks for one.
    #[serde(default)]
    pub(crate) credential: Option<RegistryCredential>,
    /// SHA-256 of what its events carry.
    #[serde(default)]
    pub(crate) events: String,
    /// Repositories that are listed; empty: all.
    #[serde(default)]
    pub(crate) repositories: Vec<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// Sealed for this place. The id of a registry is not known before it is stored, its name
/// may change; what matters is that nothing else of the database passes for it.
const PLACE: &str = "registry";

impl Secrets {
    /// Those of a registry.
    pub(crate) fn of(registry: &Registry, keys: &Keys) -> Result<Self, KeyError> {
        let Some(sealed) = &registry.credential else {
            return Ok(Self::default());
        };
        let damaged = || KeyError::Sealed {
            place: format!("the credential of registry {}", registry.name),
        };
        let sealed = std::str::from_utf8(sealed).map_err(|_| damaged())?;
        let text = keys.unseal(PLACE, sealed).map_err(|_| damaged())?;
        serde_json::from_str(&text).map_err(|_| damaged())
    }

    /// Sealed, for the database.
    pub(crate) fn seal(&self, keys: &Keys) -> Result<Vec<u8>, KeyError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        keys.seal(PLACE, &text).map(String::into_bytes)
    }

    /// Whether an event carries what it must.
    pub(crate) fn prove(&self, shown: &str) -> bool {
        !self.events.is_empty() && same(&self.events, &hash(shown))
    }
}
