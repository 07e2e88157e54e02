//! What a tag means now.

use lazaret_model::Digest;

use super::endpoint::Endpoint;
use super::error::RegistryError;
use super::options::RegistryOptions;
use super::pull::fetch;
use crate::ImageRef;

/// The digest that a reference means now: that of the index where the image has several
/// platforms, so it can be written into files.
///
/// # Errors
/// When the registry and all its mirrors refuse, or what they send is not what was
/// promised.
pub fn digest(reference: &ImageRef, options: &RegistryOptions) -> Result<Digest, RegistryError> {
    let selector = reference.selector();
    let what = format!("tag {selector} of {}", reference.repository);
    let mut last = None;
    // The mirrors in their order, then the registry; the registry's word is final.
    for endpoint in Endpoint::all(reference, options) {
        let answer = endpoint.and_then(|e| fetch(&e, &selector, reference.digest.as_ref(), &what));
        match answer {
            Ok((digest, _)) => return Ok(digest),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| RegistryError::NoSuchHost {
        host: reference.registry.clone(),
    }))
}
