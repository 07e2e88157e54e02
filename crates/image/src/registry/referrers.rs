//! What a registry has attached to a digest.
//!
//! A registry that cannot list (it answers 404) is asked for the tag that clients keep the
//! list under instead. Cosign's own tags are asked for in both cases, because what was
//! signed before cosign learnt to refer is found in no list.

use std::sync::Arc;

use lazaret_model::Digest;

use super::endpoint::Endpoint;
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::pages;
use super::pull::{fetch, small_blob};
use crate::ImageRef;
use crate::manifest::Document;
use crate::referrers::{
    Attachments, Found, MAX_REFERRERS, Referrer, Referrers, Source, Wanted, tag_of,
};

/// Most pages that are read.
const MAX_PAGES: usize = 50;

/// What a list of referrers is.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What is attached to the things in the repository of a reference. Opens no connection.
///
/// # Errors
/// When no client can be made, for example because a file of authorities is damaged.
pub fn attachments(
    reference: &ImageRef,
    options: &RegistryOptions,
) -> Result<Attachments, RegistryError> {
    let mut endpoints = Vec::new();
    for endpoint in Endpoint::all(reference, options) {
        endpoints.push(Arc::new(endpoint?));
    }
    Ok(Attachments::new(Arc::new(Registry { endpoints })))
}

/// The same for an image that came from `endpoint`, whose client and token are used again.
pub(super) fn beside(
    endpoint: &Arc<Endpoint>,
    reference: &ImageRef,
    options: &RegistryOptions,
) -> Attachments {
    let mut endpoints = vec![Arc::clone(endpoint)];
    // A mirror knows what was pulled through it, which need not be what is attached.
    if endpoint.host != reference.api_host()
        && let Some(Ok(registry)) = Endpoint::all(reference, options).pop()
    {
        endpoints.push(Arc::new(registry));
    }
    Attachments::new(Arc::new(Registry { endpoints }))
}

/// The servers that are asked, the registry itself last.
struct Registry {
    endpoints: Vec<Arc<Endpoint>>,
}

impl Registry {
    /// The first answer that there is, else the registry's own reason.
    fn first<T>(
        &self,
        mut ask: impl FnMut(&Arc<Endpoint>) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        let mut last = None;
        for endpoint in &self.endpoints {
            match ask(endpoint) {
                Ok(answer) => return Ok(answer),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| RegistryError::NoSuchHost {
            host: String::new(),
        }))
    }
}

impl Source for Registry {
    fn list(&self, subject: &Digest, wanted: &Wanted<'_>) -> Result<Referrers, RegistryError> {
        let mut last = Ok(Referrers::default());
        for endpoint in &self.endpoints {
            last = at(endpoint, subject, wanted);
            // A mirror that has nothing says little; the registry's word is final.
            if last.as_ref().is_ok_and(|found| !found.list.is_empty()) {
                break;
            }
        }
        last
    }

    fn manifest(&self, digest: &Digest) -> Result<Vec<u8>, RegistryError> {
        let what = format!("the attached manifest {digest}");
        self.first(|endpoint| {
            let (_, bytes) = fetch(endpoint, &digest.to_string(), Some(digest), &what)?;
            Ok(bytes)
        })
    }

    fn blob(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, RegistryError> {
        self.first(|endpoint| small_blob(endpoint, digest, size))
    }
}

fn at(
    endpoint: &Endpoint,
    subject: &Digest,
    wanted: &Wanted<'_>,
) -> Result<Referrers, RegistryError> {
    let mut found = match listed(endpoint, subject, wanted)? {
        Some(found) => found,
        None => fallback(endpoint, subject)?,
    };
    let tag = tag_of(subject);
    for ending in wanted.cosign {
        found.extend(tagged(endpoint, subject, format!("{tag}.{ending}"))?);
    }
    Ok(found)
}

/// The registry's own list; `None` where it cannot list.
fn listed(
    endpoint: &Endpoint,
    subject: &Digest,
    wanted: &Wanted<'_>,
) -> Result<Option<Referrers>, RegistryError> {
    let what = format!("what refers to {subject}");
    let path = format!("referrers/{subject}");
    let query = match wanted.artifact_type.filter(|t| is_plain(t)) {
        Some(artifact_type) => format!("artifactType={}", artifact_type.replace('+', "%2B")),
        None => String::new(),
    };
    let mut found = Referrers::default();
    let pages = (query.as_str(), MAX_PAGES);
    let more = pages::each_from(endpoint, &path, INDEX, &what, pages, |page: Document| {
        let entries = page.manifests.unwrap_or_default();
        let number = entries.len();
        let of = |entry| Referrer::of(entry, subject, Found::Listed);
        found.extend(entries.iter().map(of));
        if found.list.len() >= MAX_REFERRERS {
            // No further page is asked for.
            return 0;
        }
        number
    });
    match more {
        Ok(more) => {
            found.has_more |= more;
            Ok(Some(found))
        }
        // The specification says 404; others say that they know no such method or path.
        Err(RegistryError::NotFound { .. }) => Ok(None),
        Err(RegistryError::Status {
            status: 400 | 405 | 406 | 501,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a media type may stand in a query as it is.
fn is_plain(media_type: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$^_.+-/".contains(&b);
    media_type.len() <= 255 && media_type.bytes().all(plain) && !media_type.contains('#')
}

/// The list that clients keep under a tag.
fn fallback(endpoint: &Endpoint, subject: &Digest) -> Result<Referrers, RegistryError> {
    let tag = tag_of(subject);
    let mut found = Referrers::default();
    if let Some((_, bytes)) = by_tag(endpoint, &tag)? {
        let list = Document::parse(&tag, &bytes)?.manifests.unwrap_or_default();
        let of = |entry| Referrer::of(entry, subject, Found::Fallback);
        found.extend(list.iter().map(of));
    }
    Ok(found)
}

/// The artifact under one of cosign's tags, where there is one.
fn tagged(
    endpoint: &Endpoint,
    subject: &Digest,
    tag: String,
) -> Result<Option<Referrer>, RegistryError> {
    let Some((digest, bytes)) = by_tag(endpoint, &tag)? else {
        return Ok(None);
    };
    let document = Document::parse(&tag, &bytes)?;
    Ok(Some(Referrer {
        subject: subject.clone(),
        digest,
        media_type: document.media_type.clone(),
        artifact_type: document.kind(),
        annotations: document.annotations,
        size: bytes.len() as u64,
        found: Found::Tag(tag),
    }))
}

fn by_tag(endpoint: &Endpoint, tag: &str) -> Result<Option<(Digest, Vec<u8>)>, RegistryError> {
    let what = format!("tag {tag}");
    match fetch(endpoint, tag, None, &what) {
        Ok(found) => Ok(Some(found)),
        Err(RegistryError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
