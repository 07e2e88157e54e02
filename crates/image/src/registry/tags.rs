//! Which tags a repository has.
//!
//! Source: OCI Distribution Specification 1.1, "Listing Tags".

use serde::Deserialize;

use super::endpoint::Endpoint;
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::pages;
use crate::ImageRef;

/// Most pages, and with them some tens of thousands of tags, that are read.
const MAX_PAGES: usize = 50;

/// Tags of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// The tags, as the registry orders them.
    pub tags: Vec<String>,
    /// Whether there are more than were read.
    pub has_more: bool,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// The tags of the repository of a reference.
///
/// # Errors
/// When the registry and all its mirrors refuse to list them, as some do.
pub fn tags(reference: &ImageRef, options: &RegistryOptions) -> Result<Tags, RegistryError> {
    let mut last = None;
    for endpoint in Endpoint::all(reference, options) {
        match endpoint.and_then(|endpoint| list(&endpoint, reference)) {
            Ok(tags) => return Ok(tags),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| RegistryError::NoSuchHost {
        host: reference.registry.clone(),
    }))
}

fn list(endpoint: &Endpoint, reference: &ImageRef) -> Result<Tags, RegistryError> {
    let what = format!("tags of {}", reference.repository);
    let mut tags = Vec::new();
    let has_more = pages::each(endpoint, "tags/list", &what, MAX_PAGES, |answer: Answer| {
        let page = answer.tags.unwrap_or_default();
        let entries = page.len();
        tags.extend(page);
        entries
    })?;
    Ok(Tags { tags, has_more })
}
