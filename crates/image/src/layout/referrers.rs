//! What lies attached in an OCI layout.
//!
//! A layout has no lists of referrers: every manifest that its `index.json` names is opened
//! and asked for its subject. Copied tags keep their names, so the tags that registries
//! without lists need are understood here, too.

use std::io::Read;

use lazaret_model::Digest;

use super::{Blobs, Layout, blob, blob_path, document};
use crate::layer::verify_document;
use crate::manifest::{Descriptor, Document};
use crate::referrers::{Found, Referrer, Referrers, Source, Wanted, tag_of};
use crate::registry::RegistryError;
use crate::{ImageError, Limits};

/// The annotation by which `cosign save` says what an entry is.
const COSIGN_KINDS: [(&str, &str); 3] = [
    ("dev.cosignproject.cosign/sigs", "sig"),
    ("dev.cosignproject.cosign/atts", "att"),
    ("dev.cosignproject.cosign/sboms", "sbom"),
];

impl<B: Blobs> Source for Layout<B> {
    fn list(&self, subject: &Digest, wanted: &Wanted<'_>) -> Result<Referrers, RegistryError> {
        let bytes = document(&self.blobs, "index.json", &self.limits)?;
        let entries = Document::parse("index.json", &bytes)?.manifests;
        let entries = entries.unwrap_or_default();
        let mut found = Referrers::default();
        if entries.len() > self.limits.manifests {
            found.has_more = true;
        }
        let tag = tag_of(subject);
        for entry in entries.iter().take(self.limits.manifests) {
            if entry.digest != *subject {
                found.extend(of_entry(
                    &self.blobs,
                    entry,
                    subject,
                    &tag,
                    wanted,
                    &self.limits,
                )?);
            }
        }
        Ok(found)
    }

    fn manifest(&self, digest: &Digest) -> Result<Vec<u8>, RegistryError> {
        let bytes = document(&self.blobs, &blob_path(digest), &self.limits)?;
        verify_document(&bytes, digest)?;
        Ok(bytes)
    }

    fn blob(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, RegistryError> {
        let path = blob_path(digest);
        let (reader, actual) = self.blobs.file(&path)?;
        if actual != size {
            return Err(ImageError::SizeMismatch {
                what: digest.to_string(),
                expected: size,
                actual,
            }
            .into());
        }
        let mut bytes = Vec::new();
        let read = reader.take(size).read_to_end(&mut bytes);
        read.map_err(|source| ImageError::File {
            path: path.into(),
            source,
        })?;
        verify_document(&bytes, digest)?;
        Ok(bytes)
    }
}

/// What one entry of `index.json` says about `subject`: it refers to it, is a list of what
/// does, or has a name that says so.
fn of_entry(
    blobs: &dyn Blobs,
    entry: &Descriptor,
    subject: &Digest,
    tag: &str,
    wanted: &Wanted<'_>,
    limits: &Limits,
) -> Result<Vec<Referrer>, ImageError> {
    let name = entry.annotation("org.opencontainers.image.ref.name");
    let name = name.map(|n| n.rsplit_once(':').map_or(n, |(_, tag)| tag));
    if let Some(ending) = name.and_then(|n| n.strip_prefix(tag)?.strip_prefix('.')) {
        let mine = wanted.cosign.contains(&ending);
        let found = Found::Tag(format!("{tag}.{ending}"));
        return Ok(mine
            .then(|| Referrer::of(entry, subject, found))
            .into_iter()
            .collect());
    }
    if let Some(kind) = entry.annotation("kind")
        && let Some((_, ending)) = COSIGN_KINDS.iter().find(|(k, _)| *k == kind)
    {
        // `cosign save` keeps no subject: what is inside names it.
        let mine = wanted.cosign.contains(ending);
        let found = Found::Tag(kind.to_owned());
        return Ok(mine
            .then(|| Referrer::of(entry, subject, found))
            .into_iter()
            .collect());
    }
    let parsed = |e: &Descriptor| Document::parse(&e.digest.to_string(), &blob(blobs, e, limits)?);
    let document = parsed(entry)?;
    if name == Some(tag) {
        let list = document.manifests.unwrap_or_default();
        let of = |e| Referrer::of(e, subject, Found::Fallback);
        return Ok(list.iter().map(of).collect());
    }
    let refers = document
        .subject
        .as_ref()
        .is_some_and(|s| s.digest == *subject);
    if !refers {
        return Ok(Vec::new());
    }
    let mut referrer = Referrer::of(entry, subject, Found::Listed);
    referrer.artifact_type = referrer.artifact_type.or(document.kind());
    referrer.annotations.extend(document.annotations);
    Ok(vec![referrer])
}
