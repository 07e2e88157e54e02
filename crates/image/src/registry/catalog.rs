//! Which repositories a registry has.
//!
//! Source: Docker Distribution's HTTP API, "Catalog". It is no part of the OCI
//! specification, and the clouds' registries refuse it to most.

use serde::Deserialize;

use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::tags::next_page;

/// Repositories that are asked for at once.
const PAGE: usize = 1_000;
/// Most pages, and with them some hundred thousand repositories, that are read.
const MAX_PAGES: usize = 200;
/// Largest page, in bytes.
const MAX_ANSWER: u64 = 8 << 20;

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
    let mut found = Repositories::default();
    let mut query = format!("n={PAGE}");
    for _ in 0..MAX_PAGES {
        let response = endpoint.get(&Ask {
            path: &format!("_catalog?{query}"),
            accept: "application/json",
            from: 0,
            what: &what,
        })?;
        let link = response.headers().get("link");
        let next = link.and_then(|l| l.to_str().ok()).and_then(next_page);
        let bytes = endpoint.bounded(response, MAX_ANSWER, &what)?;
        let answer: Answer =
            serde_json::from_slice(&bytes).map_err(|error| RegistryError::Protocol {
                host: endpoint.host.clone(),
                what: what.clone(),
                why: error.to_string(),
            })?;
        let known = found.repositories.len();
        found
            .repositories
            .extend(answer.repositories.unwrap_or_default());
        match next {
            // A page that brings nothing new leads nowhere.
            Some(next) if next != query && found.repositories.len() > known => query = next,
            _ => return Ok(found),
        }
    }
    found.has_more = true;
    Ok(found)
}
