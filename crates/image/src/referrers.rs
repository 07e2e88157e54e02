//! What is attached to an image beside its layers: signatures, attestations, bills of
//! materials, statements about vulnerabilities.
//!
//! Whoever may write to a repository may attach to what lies in it, and a listing is no
//! more than the registry's word: what is fetched is held against its digest and must name
//! the subject, but who made it only a signature tells, which is not looked at here.
//!
//! Source: OCI Distribution Specification 1.1, "Listing Referrers" and "Referrers Tag
//! Schema"; OCI Image Specification 1.1, `subject`; the tags that cosign has written since
//! its first version; the annotations `vnd.docker.reference.*` of BuildKit's indexes.

use std::collections::BTreeMap;
use std::sync::Arc;

use lazaret_model::Digest;

use crate::manifest::{Descriptor, Document};
use crate::registry::RegistryError;
use crate::{Image, ImageError};

/// Most artifacts of one subject that are listed.
pub const MAX_REFERRERS: usize = 2_000;

/// What cosign writes behind the digest of a subject to name its signatures, attestations
/// and bills of materials.
pub const COSIGN_TAGS: [&str; 3] = ["sig", "att", "sbom"];

/// The annotation by which an entry of an index says which other entry it is about.
pub(crate) const DOCKER_REFERENCE: &str = "vnd.docker.reference.digest";

/// An artifact that refers to a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// What it is attached to: an image, or an index of images.
    pub subject: Digest,
    /// Digest of the artifact's manifest.
    pub digest: Digest,
    /// Media type of the artifact's manifest.
    pub media_type: String,
    /// What the artifact says to be, where that is known without fetching it.
    pub artifact_type: Option<String>,
    /// Annotations of the artifact, as far as the listing has them.
    pub annotations: BTreeMap<String, String>,
    /// Size of the manifest, in bytes, by the listing.
    pub size: u64,
    /// How it was found.
    pub found: Found,
}

/// How an artifact was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The registry lists it, or it lies in the same layout: its manifest names the subject.
    Listed,
    /// A list under a tag made of the subject's digest has it, because the registry cannot
    /// list: its manifest names the subject.
    Fallback,
    /// It has a tag made of the subject's digest, as cosign writes it. The manifest itself
    /// does not name the subject.
    Tag(String),
    /// The index that offers the image offers this beside it.
    Index,
}

impl Found {
    /// Whether the manifest must name its subject.
    fn names_subject(&self) -> bool {
        matches!(self, Self::Listed | Self::Fallback)
    }
}

/// The artifacts that refer to a subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referrers {
    /// The artifacts, as they are listed, each digest once.
    pub list: Vec<Referrer>,
    /// Whether there are more than were listed.
    pub has_more: bool,
}

impl Referrers {
    /// Adds what is not there yet, up to [`MAX_REFERRERS`].
    pub(crate) fn extend(&mut self, more: impl IntoIterator<Item = Referrer>) {
        for referrer in more {
            if self.list.iter().any(|r| r.digest == referrer.digest) {
                continue;
            }
            if self.list.len() >= MAX_REFERRERS {
                self.has_more = true;
                return;
            }
            self.list.push(referrer);
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Only artifacts of this type; those whose type the listing does not tell stay in.
    pub artifact_type: Option<&'a str>,
    /// Endings of cosign's tags that are tried, without the dot: [`COSIGN_TAGS`] or fewer.
    /// Each costs a request.
    pub cosign: &'a [&'a str],
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            artifact_type: None,
            cosign: &COSIGN_TAGS,
        }
    }
}

impl Wanted<'_> {
    pub(crate) fn has(&self, referrer: &Referrer) -> bool {
        let told = referrer.artifact_type.as_deref();
        self.artifact_type
            .is_none_or(|wanted| told.is_none_or(|told| told == wanted))
    }
}

/// The manifest of an artifact, verified: what it holds, not yet the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Digest of the manifest.
    pub digest: Digest,
    /// What it says to be, else the media type of its configuration.
    pub artifact_type: Option<String>,
    /// What it says to be attached to.
    pub subject: Option<Digest>,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// What it holds, in its order.
    pub blobs: Vec<AttachedBlob>,
    /// The manifest as it is stored.
    pub bytes: Vec<u8>,
}

/// A blob of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedBlob {
    /// Digest of the bytes.
    pub digest: Digest,
    /// Media type of the bytes.
    pub media_type: String,
    /// Size in bytes, by the manifest; the content has no other.
    pub size: u64,
    /// Annotations of the blob: cosign keeps signatures and predicate types here.
    pub annotations: BTreeMap<String, String>,
}

/// Where attached things are kept. Bytes that it gives are verified.
pub(crate) trait Source: Send + Sync {
    fn list(&self, subject: &Digest, wanted: &Wanted<'_>) -> Result<Referrers, RegistryError>;
    fn manifest(&self, digest: &Digest) -> Result<Vec<u8>, RegistryError>;
    fn blob(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, RegistryError>;
}

/// What is attached to the things of a repository or a layout.
#[derive(Clone)]
pub struct Attachments {
    source: Arc<dyn Source>,
}

impl Attachments {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        Self { source }
    }

    /// The artifacts that refer to `subject`. An empty list means that the place was asked
    /// and has none.
    ///
    /// # Errors
    /// When the place cannot be asked, or answers with something else.
    pub fn list(&self, subject: &Digest, wanted: &Wanted<'_>) -> Result<Referrers, RegistryError> {
        let mut found = self.source.list(subject, wanted)?;
        found.list.retain(|referrer| wanted.has(referrer));
        Ok(found)
    }

    /// The manifest of an artifact.
    ///
    /// # Errors
    /// When it cannot be had, does not have its digest, or does not name the subject that
    /// it was listed for.
    pub fn manifest(&self, referrer: &Referrer) -> Result<Attachment, RegistryError> {
        let name = referrer.digest.to_string();
        let bytes = self.source.manifest(&referrer.digest)?;
        let document = Document::parse(&name, &bytes)?;
        let subject = document.subject.as_ref().map(|s| s.digest.clone());
        if referrer.found.names_subject() && subject.as_ref() != Some(&referrer.subject) {
            let why = format!(
                "it is listed for {}, which it does not name",
                referrer.subject
            );
            return Err(ImageError::manifest(name, why).into());
        }
        if document.manifests.is_some() {
            let why = "it is attached as an index, whose parts are not read";
            return Err(ImageError::manifest(name, why).into());
        }
        Ok(Attachment {
            digest: referrer.digest.clone(),
            artifact_type: document.kind(),
            subject,
            annotations: document.annotations,
            blobs: document
                .layers
                .unwrap_or_default()
                .into_iter()
                .map(AttachedBlob::from)
                .collect(),
            bytes,
        })
    }

    /// The bytes of a blob, where it has no more than `limit`.
    ///
    /// # Errors
    /// When it is larger, cannot be had, or is not what the manifest promised.
    pub fn blob(&self, blob: &AttachedBlob, limit: u64) -> Result<Vec<u8>, RegistryError> {
        if blob.size > limit {
            let what = "size of an attached document";
            return Err(ImageError::Limit { what, limit }.into());
        }
        self.source.blob(&blob.digest, blob.size)
    }
}

impl From<Descriptor> for AttachedBlob {
    fn from(descriptor: Descriptor) -> Self {
        Self {
            digest: descriptor.digest,
            media_type: descriptor.media_type,
            size: descriptor.size,
            annotations: descriptor.annotations.unwrap_or_default(),
        }
    }
}

impl Referrer {
    pub(crate) fn of(entry: &Descriptor, subject: &Digest, found: Found) -> Self {
        Self {
            subject: subject.clone(),
            digest: entry.digest.clone(),
            media_type: entry.media_type.clone(),
            artifact_type: entry.artifact_type.clone().filter(|t| !t.is_empty()),
            annotations: entry.annotations.clone().unwrap_or_default(),
            size: entry.size,
            found,
        }
    }
}

impl Image {
    /// What is attached at the place that the image came from; `None` where nothing can be,
    /// as in a daemon. Opens no connection.
    pub fn attachments(&self) -> Option<&Attachments> {
        self.attachments.as_ref()
    }

    /// Everything that refers to the image, or to an index that offers it.
    ///
    /// # Errors
    /// As [`Attachments::list`].
    pub fn referrers(&self, wanted: &Wanted<'_>) -> Result<Referrers, RegistryError> {
        let mut all = Referrers::default();
        let Some(attachments) = &self.attachments else {
            return Ok(all);
        };
        all.extend(self.beside.iter().filter(|r| wanted.has(r)).cloned());
        for subject in self.digest.iter().chain(self.indexes.iter().rev()) {
            let found = attachments.list(subject, wanted)?;
            all.has_more |= found.has_more;
            all.extend(found.list);
        }
        Ok(all)
    }
}

/// The tag under which lists and cosign's artifacts of a subject stand: algorithm and
/// digits, cut as the specification says, with a dash between them.
pub(crate) fn tag_of(subject: &Digest) -> String {
    let hex: String = subject.hex().chars().take(64).collect();
    format!("{}-{hex}", subject.algorithm().name())
}

/// Reads bytes as a listing and as an artifact's manifest. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    struct Given(Vec<u8>);
    impl Source for Given {
        fn list(&self, subject: &Digest, _: &Wanted<'_>) -> Result<Referrers, RegistryError> {
            let document = Document::parse("list", &self.0)?;
            let mut found = Referrers::default();
            let entries = document.manifests.unwrap_or_default();
            found.extend(
                entries
                    .iter()
                    .map(|e| Referrer::of(e, subject, Found::Fallback)),
            );
            Ok(found)
        }
        fn manifest(&self, _: &Digest) -> Result<Vec<u8>, RegistryError> {
            Ok(self.0.clone())
        }
        fn blob(&self, _: &Digest, _: u64) -> Result<Vec<u8>, RegistryError> {
            Ok(Vec::new())
        }
    }
    let attachments = Attachments::new(Arc::new(Given(bytes.to_vec())));
    let subject = Digest::sha256(&[0; 32]);
    for referrer in attachments
        .list(&subject, &Wanted::default())
        .unwrap_or_default()
        .list
    {
        let _ = attachments.manifest(&referrer);
    }
}
