//! Lists that a registry gives out page by page.
//!
//! Source: OCI Distribution Specification 1.1, "Listing Tags": the header `Link` with
//! `rel="next"` (RFC 5988).

use serde::de::DeserializeOwned;

use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;

/// Entries that are asked for at once.
const PAGE: usize = 1_000;
/// Largest page, in bytes.
const MAX_ANSWER: u64 = 8 << 20;

/// Gives every page of the list at `path` to `take`, which tells how many entries it had;
/// at most `max_pages`. Whether the registry says that there are more than were read.
///
/// # Errors
/// When the registry refuses, or answers with something else.
pub(super) fn each<Answer: DeserializeOwned>(
    endpoint: &Endpoint,
    path: &str,
    what: &str,
    max_pages: usize,
    take: impl FnMut(Answer) -> usize,
) -> Result<bool, RegistryError> {
    let query = format!("n={PAGE}");
    let pages = (query.as_str(), max_pages);
    each_from(endpoint, path, "application/json", what, pages, take)
}

/// The same for a list whose first page has a `query` of its own, or none.
pub(super) fn each_from<Answer: DeserializeOwned>(
    endpoint: &Endpoint,
    path: &str,
    accept: &str,
    what: &str,
    (query, max_pages): (&str, usize),
    mut take: impl FnMut(Answer) -> usize,
) -> Result<bool, RegistryError> {
    let mut query = query.to_owned();
    for _ in 0..max_pages {
        let separator = if query.is_empty() { "" } else { "?" };
        let response = endpoint.get(&Ask {
            path: &format!("{path}{separator}{query}"),
            accept,
            from: 0,
            what,
        })?;
        let link = response.headers().get("link");
        let next = link.and_then(|l| l.to_str().ok()).and_then(next_page);
        let bytes = endpoint.bounded(response, MAX_ANSWER, what)?;
        let answer = serde_json::from_slice(&bytes).map_err(|error| RegistryError::Protocol {
            host: endpoint.host.clone(),
            what: what.to_owned(),
            why: error.to_string(),
        })?;
        let entries = take(answer);
        match next {
            None => return Ok(false),
            // A page that brings nothing new leads nowhere, and the list is not whole.
            Some(next) if next == query || entries == 0 => return Ok(true),
            Some(next) => query = next,
        }
    }
    Ok(true)
}

/// The query of the next page. Only that is taken from the header: the address stays the
/// one that was asked.
fn next_page(link: &str) -> Option<String> {
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
