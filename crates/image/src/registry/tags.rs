//! Which tags a repository has.
//!
//! Source: OCI Distribution Specification 1.1, "Listing Tags".

use serde::Deserialize;

use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;
use super::options::RegistryOptions;
use crate::ImageRef;

/// Tags that are asked for at once.
const PAGE: usize = 1_000;
/// Most pages, and with them some tens of thousands of tags, that are read.
const MAX_PAGES: usize = 50;
/// Largest page, in bytes.
const MAX_ANSWER: u64 = 8 << 20;

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
    let mut found = Tags::default();
    let mut query = format!("n={PAGE}");
    for _ in 0..MAX_PAGES {
        let response = endpoint.get(&Ask {
            path: &format!("tags/list?{query}"),
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
        let known = found.tags.len();
        found.tags.extend(answer.tags.unwrap_or_default());
        match next {
            // A page that brings nothing new leads nowhere.
            Some(next) if next != query && found.tags.len() > known => query = next,
            _ => return Ok(found),
        }
    }
    found.has_more = true;
    Ok(found)
}

/// The query of the next page. Only that is taken from the header: the address stays the
/// one that was asked.
pub(super) fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let address = next.split('<').nth(1)?.split('>').next()?;
    let (_, query) = address.split_once('?')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "=&%._-+~:/".contains(c);
    (!query.is_empty() && query.len() <= 2_000 && query.chars().all(is_plain))
        .then(|| query.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_a_query_and_nothing_else() {
        let check = |link: &str, expected: Option<&str>| {
            assert_eq!(next_page(link).as_deref(), expected, "{link}");
        };
        check(
            "</v2/a/tags/list?last=b&n=1000>; rel=\"next\"",
            Some("last=b&n=1000"),
        );
        check("<https://evil.example/x?n=1>; rel=\"next\"", Some("n=1"));
        check("</v2/a/tags/list?n=1>; rel=\"prev\"", None);
        check("</v2/a/tags/list>; rel=\"next\"", None);
        check("</v2/a/tags/list?n=1 HTTP>; rel=\"next\"", None);
        check("nonsense", None);
    }
}
