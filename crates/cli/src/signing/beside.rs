//! What lies beside an image that may be a signature, and what it is worth.

use lazaret_attest::limits::{MAX_DOCUMENT, MAX_FOUND};
use lazaret_attest::{
    BUNDLE_TYPE, COSE_TYPE, DSSE_TYPE, Document, JWS_TYPE, NOTARY_TYPE, SIMPLE_SIGNING_TYPE,
    Subject, examine,
};
use lazaret_image::referrers::{Attachments, Found, Referrer, Wanted};
use lazaret_image::{Image, ImageRef};
use lazaret_model::{Digest, Signatures};

use super::Trust;
use crate::{console, scan};

/// Most bytes of documents that are read for one image.
const MAX_TOTAL: u64 = 256 << 20;

impl Trust {
    /// What is known of an image after looking where it is kept.
    pub(crate) fn of_image(&self, image: &Image) -> Signatures {
        let Some(attachments) = image.attachments() else {
            return unknown(NOWHERE);
        };
        let digests: Vec<Digest> = image.digest.iter().chain(&image.indexes).cloned().collect();
        if digests.is_empty() {
            return unknown("the image has no digest that could be signed");
        }
        let mut reading = Reading {
            attachments,
            left: MAX_TOTAL,
            documents: Vec::new(),
            unread: Vec::new(),
        };
        let wanted = Wanted {
            artifact_type: None,
            cosign: &["sig", "att"],
        };
        match image.referrers(&wanted) {
            Err(error) => {
                let why = format!("what is attached to the image cannot be listed: {error}");
                reading.unread.push(why);
            }
            Ok(found) => {
                let may = found.list.iter().filter(|referrer| may_sign(referrer));
                if found.has_more || may.clone().count() > MAX_FOUND {
                    let why = format!("more is attached than the {MAX_FOUND} things that are read");
                    reading.unread.push(why);
                }
                may.take(MAX_FOUND).for_each(|one| reading.artifact(one));
            }
        }
        let repository = image.name.parse::<ImageRef>();
        let subject = Subject {
            repository: repository.map_or_else(
                |_| String::new(),
                |name| format!("{}/{}", name.registry, name.repository),
            ),
            digests,
        };
        let signers = self.for_image(&image.name);
        let now = scan::now().as_second();
        let mut signatures = examine(&reading.documents, &subject, &signers, now);
        signatures.looked = looked(&subject.digests);
        if let Some(first) = reading.unread.first() {
            signatures.incomplete.get_or_insert_with(|| first.clone());
        }
        for one in &signatures.found {
            let (status, detail) = (one.status.name(), &one.detail);
            console::detail(format_args!(
                "{} in {}: {status}: {detail}",
                one.format, one.place
            ));
        }
        signatures
    }
}

const NOWHERE: &str = "signatures lie in registries and OCI layouts, and the image is from \
                       neither: registry:IMAGE asks the registry";

/// What is known of something that nothing can lie beside.
pub(crate) fn nowhere() -> Signatures {
    unknown(NOWHERE)
}

fn unknown(why: &str) -> Signatures {
    Signatures {
        incomplete: Some(why.to_owned()),
        ..Signatures::default()
    }
}

/// The places that were asked.
fn looked(digests: &[Digest]) -> Vec<String> {
    let places = digests.iter().flat_map(|digest| {
        let tag = format!("{}-{}", digest.algorithm().name(), digest.hex());
        [
            format!("what refers to {digest}"),
            format!("tag {tag}.sig"),
            format!("tag {tag}.att"),
        ]
    });
    places.collect()
}

/// Whether an artifact may hold signatures. Old clients list artifacts under the type of
/// their configuration, or under none that says anything.
fn may_sign(referrer: &Referrer) -> bool {
    const SAY_NOTHING: [&str; 2] = [
        "application/vnd.oci.empty.v1+json",
        "application/vnd.oci.image.config.v1+json",
    ];
    if referrer.found == Found::Index {
        return false;
    }
    let signs = |kind: &str| {
        kind.starts_with(BUNDLE_TYPE)
            || kind.starts_with(NOTARY_TYPE)
            || kind.contains("cosign")
            || kind == DSSE_TYPE
            || SAY_NOTHING.contains(&kind)
    };
    matches!(referrer.found, Found::Tag(_)) || referrer.artifact_type.as_deref().is_none_or(signs)
}

struct Reading<'a> {
    attachments: &'a Attachments,
    left: u64,
    documents: Vec<Document>,
    unread: Vec<String>,
}

impl Reading<'_> {
    fn artifact(&mut self, referrer: &Referrer) {
        let place = match &referrer.found {
            Found::Tag(tag) => format!("tag {tag}"),
            _ => referrer.digest.to_string(),
        };
        let manifest = match self.attachments.manifest(referrer) {
            Ok(manifest) => manifest,
            Err(error) => return self.unread.push(format!("{place} was not read: {error}")),
        };
        let signs = |kind: &str| {
            [SIMPLE_SIGNING_TYPE, DSSE_TYPE, JWS_TYPE, COSE_TYPE].contains(&kind)
                || kind.starts_with(BUNDLE_TYPE)
        };
        for blob in manifest.blobs.iter().filter(|blob| signs(&blob.media_type)) {
            if self.documents.len() > MAX_FOUND {
                return;
            }
            let limit = self.left.min(MAX_DOCUMENT as u64);
            match self.attachments.blob(blob, limit) {
                Ok(bytes) => {
                    self.left = self.left.saturating_sub(blob.size);
                    self.documents.push(Document {
                        place: place.clone(),
                        media_type: blob.media_type.clone(),
                        annotations: blob.annotations.clone(),
                        bytes,
                    });
                }
                Err(error) => self.unread.push(format!("{place} was not read: {error}")),
            }
        }
    }
}
