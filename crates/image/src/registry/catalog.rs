//! Which repositories a registry has.
//!
//! Source: Docker Distribution's HTTP API, "Catalog". It is no part of the OCI
//! specification, and the clouds' registries refuse it to most.

use serde::Deserialize;

use super::endpoint::Endpoint;
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::pages;

/// Most pages, and with them some hundred thousand repositories, that are read.
const MAX_PAGES: usize = 200;

/// Repositories of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repositories {
    /// The repositories, as the registry orders them.
    pub repositories: Vec<String>,
    /// Whether there are more than were read.
    pub has_more: bool,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

/// The repositories of the registry at `host` (`host[:port]`). Mirrors are not asked: they
/// know what was pulled through them.
///
/// # Errors
/// When the registry refuses to list them, as many do.
pub fn repositories(host: &str, options: &RegistryOptions) -> Result<Repositories, RegistryError> {
    let endpoint = Endpoint::of_registry(host, options)?;
    let what = format!("repositories of {host}");
    let mut repositories = Vec::new();
    let has_more = pages::each(&endpoint, "_catalog", &what, MAX_PAGES, |answer: Answer| {
        let page = answer.repositories.unwrap_or_default();
        let entries = page.len();
        repositories.extend(page);
        entries
    })?;
    Ok(Repositories {
        repositories,
        has_more,
    })
}
