//! What a repository has: its tags, and what a tag means now.

use lazaret_model::Digest;
use serde::Deserialize;

use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::pull::fetch;
use crate::{ImageError, ImageRef};

/// Most pages of a list of tags that are fetched.
const MAX_PAGES: usize = 100;
/// Most tags that are kept.
const MAX_TAGS: usize = 100_000;

/// The answer to `tags/list` (OCI Distribution Specification, "Listing Tags").
#[derive(Deserialize)]
struct TagList {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// The tags of a repository, as the registry lists them; those that are no tags by the
/// grammar of references are left out.
///
/// # Errors
/// When the registry and all its mirrors refuse, or list more than 100 000.
pub fn tags(reference: &ImageRef, options: &RegistryOptions) -> Result<Vec<String>, RegistryError> {
    ask(reference, options, tags_at)
}

/// The digest that a reference means now: that of the index where the image has several
/// platforms, so it can be written into files.
///
/// # Errors
/// When the registry and all its mirrors refuse, or what they send is not what was
/// promised.
pub fn digest(reference: &ImageRef, options: &RegistryOptions) -> Result<Digest, RegistryError> {
    ask(reference, options, |endpoint, reference| {
        let selector = reference.selector();
        let what = format!("tag {selector} of {}", reference.repository);
        let (digest, _) = fetch(endpoint, &selector, reference.digest.as_ref(), &what)?;
        Ok(digest)
    })
}

/// Asks the mirrors in their order, then the registry; the registry's word is final.
fn ask<T>(
    reference: &ImageRef,
    options: &RegistryOptions,
    question: impl Fn(&Endpoint, &ImageRef) -> Result<T, RegistryError>,
) -> Result<T, RegistryError> {
    let mut last = None;
    for endpoint in Endpoint::all(reference, options) {
        match endpoint.and_then(|e| question(&e, reference)) {
            Ok(answer) => return Ok(answer),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| RegistryError::NoSuchHost {
        host: reference.registry.clone(),
    }))
}

fn tags_at(endpoint: &Endpoint, reference: &ImageRef) -> Result<Vec<String>, RegistryError> {
    let what = format!("tags of {}", reference.repository);
    let mut all = Vec::new();
    let mut path = "tags/list?n=1000".to_owned();
    for _ in 0..MAX_PAGES {
        let response = endpoint.get(&Ask {
            path: &path,
            accept: "application/json",
            from: 0,
            what: &what,
        })?;
        let link = response.headers().get("link");
        let next = link.and_then(|l| l.to_str().ok()).and_then(next_page);
        let limit = endpoint.options.limits.document_bytes;
        let bytes = endpoint.bounded(response, limit, &what)?;
        let list: TagList = serde_json::from_slice(&bytes)
            .map_err(|error| ImageError::manifest(&*what, error.to_string()))?;
        let tags = list.tags.unwrap_or_default();
        all.extend(tags.into_iter().filter(|tag| is_tag(tag)));
        if all.len() > MAX_TAGS {
            break;
        }
        match next {
            Some(next) if next != path => path = next,
            _ => return Ok(all),
        }
    }
    let limit = MAX_TAGS as u64;
    let what = "number of tags";
    Err(ImageError::Limit { what, limit }.into())
}

fn is_tag(tag: &str) -> bool {
    let rest = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let starts = tag
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    starts && tag.len() <= 128 && tag.bytes().all(rest)
}

/// The path of the next page out of `<…/tags/list?last=x&n=1000>; rel="next"`. Only its
/// query counts: a registry does not send us elsewhere.
fn next_page(link: &str) -> Option<String> {
    let (address, relation) = link.split_once('>')?;
    if !relation.contains("next") {
        return None;
    }
    let (_, query) = address.trim_start().strip_prefix('<')?.split_once('?')?;
    let is_query = |c: char| c.is_ascii_alphanumeric() || "&=%._-~+".contains(c);
    (!query.is_empty() && query.chars().all(is_query)).then(|| format!("tags/list?{query}"))
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn only_the_query_of_a_next_page_counts() {
        let next = |link| next_page(link).unwrap_or_default();
        assert_eq!(
            next("</v2/a/tags/list?last=b&n=2>; rel=\"next\""),
            "tags/list?last=b&n=2"
        );
        assert_eq!(
            next("<https://evil.test/x?last=b>; rel=next"),
            "tags/list?last=b"
        );
        assert_eq!(next("</v2/a/tags/list?last=b>; rel=\"prev\""), "");
        assert_eq!(next("</x?a=b/../../c>; rel=\"next\""), "");
    }
}
